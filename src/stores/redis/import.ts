/**
 * History from elsewhere. Each batch is one call of a function: it is there as a whole or not at all, and whoever appends
 * meanwhile takes a turn between two batches.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import {
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  importOutOfOrder,
  namingLoss,
  prepareImport,
} from '../../store/index.ts'
import { EventColumns } from './event-columns.ts'
import { headKey } from './keys.ts'
import { callFunction } from './library.ts'

/** A batch keeps the server for some ten milliseconds, in which nobody else is served. */
const BATCH_EVENTS = 1_000
const BATCH_SIZE = 2_097_152
/** An iterable that never waits would keep the batch before from being written; some 2 ms of work are no wait. */
const EVENTS_PER_TURN = 50

interface ImportContext extends ImportOptions {
  readonly log: string
  readonly servers: Servers
  /** Called after each batch. */
  onBatch(): void
  /** For an import of nothing. */
  head(): Promise<number>
}

interface Batch {
  /** UTF-16 units of JSON, near enough to bytes. */
  size: number
  events: number
  /** As lua/import.lua takes them. */
  readonly columns: EventColumns
}

export async function importInto(
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  context: ImportContext,
): Promise<Imported> {
  let imported = 0
  let position: number | undefined
  // One batch is written while the next one is checked and encoded.
  let writing: Promise<number> | undefined
  for await (const batch of inBatches(events)) {
    position = await writing
    context.signal?.throwIfAborted()
    const first = imported
    imported += batch.events
    writing = writeBatch(batch, first, context)
    writing.catch(() => {})
  }
  position = (await writing) ?? position
  return { events: imported, position: position ?? (await context.head()) }
}

function newBatch(): Batch {
  return { size: 0, events: 0, columns: new EventColumns() }
}

async function* inBatches(events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>): AsyncGenerator<Batch> {
  let index = 0
  let batch = newBatch()
  for await (const event of events) {
    addEvent(batch, event, index++)
    if (index % EVENTS_PER_TURN === 0) await nextTurn()
    if (batch.events < BATCH_EVENTS && batch.size < BATCH_SIZE) continue
    yield batch
    batch = newBatch()
  }
  if (batch.events > 0) yield batch
}

function addEvent(batch: Batch, imported: ImportedEvent, index: number): void {
  const { stream, event, recordedAt } = prepareImport(imported, index)
  batch.columns.plan.push(batch.columns.placeOfStream(stream), recordedAt?.getTime() ?? '')
  batch.columns.add(stream, event, imported.id !== undefined)
  batch.events++
  batch.size += event.data.length + event.metadata.length
}

/** Returns the log's head after the batch. */
async function writeBatch(batch: Batch, first: number, context: ImportContext): Promise<number> {
  const { log, servers } = context
  const call = { name: 'import', key: headKey(log), values: batch.columns.toArguments(servers.isCluster) }
  const reply = await namingLoss(REDIS_LOSSES, () => callFunction(servers, 'appends', call))
  const head = decodeReply(reply as Reply, first, log)
  context.onBatch()
  context.onProgress?.(first + batch.events)
  return head
}

type Reply =
  | readonly [code: 0, head: number]
  | readonly [code: 1, place: number, timeMs: number, lastMs: number]
  | readonly [code: 2, id: string]

/** @throws `import-out-of-order`, `event-id-taken` */
function decodeReply(reply: Reply, first: number, log: string): number {
  if (reply[0] === 0) return reply[1]
  if (reply[0] === 2) throw eventIdTaken(log, reply[1])
  const [, place, timeMs, lastMs] = reply
  throw importOutOfOrder(log, first + place, new Date(timeMs), new Date(lastMs))
}
