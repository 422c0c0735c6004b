/** What one writes by hand to keep events in a Redis stream: an entry an event, of the very bytes that Daybook keeps. */
import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { type BenchEvent, newStream } from '../events.ts'

export type PlainRedis = Awaited<ReturnType<typeof connect>>

async function connect(url: string) {
  return await createClient({ url }).connect()
}

export async function withRedis<T>(url: string, work: (client: PlainRedis) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

/** The driver sends what is asked for in one turn of the event loop together. */
export async function addEntry(client: PlainRedis, event: BenchEvent, n: number): Promise<void> {
  const { type, data, metadata } = event
  const text = JSON.stringify([n, 1, Date.now(), newStream(), randomUUID(), type, 1, data, metadata, []])
  await client.sendCommand(['XADD', 'events', '*', 'event', text])
}

type Entry = [id: string, fields: [numbers: string, body: string]]
type Stored = readonly [number, number, number, string, string, string, number, BenchEvent['data'], ...unknown[]]

/** The log as Daybook keeps it, page by page; each event parsed. */
export async function* readPages(client: PlainRedis, pageSize: number): AsyncGenerator<{ data: BenchEvent['data'] }[]> {
  for (let after = '-', length = pageSize; length === pageSize; ) {
    const command = ['XRANGE', 'daybook:events:{main}', after, '+', 'COUNT', String(pageSize)]
    const entries = await client.sendCommand<Entry[]>(command)
    yield entries.map(([, [numbers, body]]) => ({ data: (JSON.parse(`${numbers}${body}`) as Stored)[7] }))
    after = `(${entries.at(-1)?.[0]}`
    length = entries.length
  }
}
