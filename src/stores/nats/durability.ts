/**
 * Whether a log keeps what it has acknowledged when a machine stops. A server does not tell whether it waits for its disk
 * (`sync_interval: always`): a log whose majority is on several machines loses nothing with one of them all the same, and
 * one with a single copy may lose the last two minutes.
 */
import { type DurabilityRisk, notDurable } from '../../store/index.ts'
import type { Connection } from './connection.ts'

const ONE_COPY: DurabilityRisk = {
  code: 'DAYBOOK_NATS_ONE_COPY',
  risk:
    'It has one copy, and JetStream, unless it is told otherwise, writes that to disk every two minutes: what was ' +
    'acknowledged meanwhile is lost with the power. Keep 3 replicas in a cluster.',
}
const IN_MEMORY: DurabilityRisk = {
  code: 'DAYBOOK_NATS_IN_MEMORY',
  risk: "Its stream's storage is memory: what is on servers that stop together is lost. Copy the log to a stream on files.",
}

/** @throws `not-durable` */
export function assertCopies(replicas: number, holder: string): void {
  if (replicas === 1) throw notDurable('nats', holder, ONE_COPY)
}

/** Of a stream as it is, whoever made it. @throws `not-durable` */
export async function assertDurable(connection: Connection, stream: string): Promise<void> {
  const { config } = await connection.ask<StreamInfo>(`$JS.API.STREAM.INFO.${stream}`)
  if (config.storage !== 'file') throw notDurable('nats', `The stream ${stream}`, IN_MEMORY)
  assertCopies(config.num_replicas, `The stream ${stream}`)
}

interface StreamInfo {
  readonly config: { readonly storage: string; readonly num_replicas: number }
}
