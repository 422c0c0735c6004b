/** What one writes by hand to keep events in a JetStream stream: a message an event, of the bytes that Daybook keeps. */
import { randomUUID } from 'node:crypto'
import { type JetStreamClient, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import type { BenchEvent } from '../events.ts'
import { NATS_REPLICAS } from '../nats.ts'

export async function withNats<T>(url: string, work: (client: JetStreamClient) => Promise<T>): Promise<T> {
  const [, user = '', pass = '', servers = ''] = /\/\/([^:]*):([^@]*)@(.*)$/.exec(url) ?? []
  const connection = await connect({ servers: servers.split(','), user, pass })
  try {
    return await work((await jetstreamManager(connection)).jetstream())
  } finally {
    await connection.close()
  }
}

/** A stream with as many copies as Daybook's. */
export async function makeStream(client: JetStreamClient): Promise<void> {
  const manager = await client.jetstreamManager()
  await manager.streams.add({ name: 'events', subjects: ['events.>'], num_replicas: NATS_REPLICAS })
}

/** Without expecting anything, and without asking for the time. */
export async function publishEvent(client: JetStreamClient, event: BenchEvent): Promise<void> {
  const text = JSON.stringify({ version: 1, floor: Date.now(), events: [{ id: randomUUID(), ...event }] })
  await client.publish(`events.account.${randomUUID()}`, text)
}

interface Record {
  readonly events: readonly { readonly data: BenchEvent['data'] }[]
}

/** The log as Daybook keeps it, message by message; each parsed. */
export async function consumeRecords(client: JetStreamClient, onRecord: (record: Record) => void): Promise<void> {
  const consumer = await client.consumers.get('daybook_main', { filter_subjects: 'daybook.main.e.>' })
  const messages = await consumer.consume({ max_messages: 2_000 })
  for await (const message of messages) {
    onRecord(message.json<Record>())
    if (message.info.pending === 0) break
  }
}
