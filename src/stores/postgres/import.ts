/**
 * History from elsewhere, at the speed of COPY. Each batch is one transaction under the log's lock, as an append is: it
 * is there as a whole or not at all, and whoever appends meanwhile takes a turn between two batches.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  importOutOfOrder,
  prepareImport,
} from '../../store/index.ts'
import { int8Array, textArray } from './binary-arrays.ts'
import type { Database, TransactionSession } from './database.ts'
import { isTakenEventId } from './failures.ts'
import { ImportBatch, type Placing } from './import-batch.ts'
import { type Row, statement } from './statements.ts'

/** A batch holds the lock for some 100 ms, and is copied at nearly the speed of one endless COPY. */
const BATCH_EVENTS = 10_000
const BATCH_SIZE = 16_777_216
/** An iterable that never waits would keep the batch before from being written; some 2 ms of work are no wait. */
const EVENTS_PER_TURN = 50

interface ImportContext extends ImportOptions {
  readonly log: string
  readonly database: Database
  /** Called after each batch. */
  onBatch(): void
}

export async function importInto(
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  context: ImportContext,
): Promise<Imported> {
  let imported = 0
  let position: number | undefined
  // One batch is written while the next one is checked and encoded.
  let writing: Promise<number> | undefined
  const flush = async (batch: ImportBatch) => {
    position = await writing
    context.signal?.throwIfAborted()
    const first = imported
    imported += batch.events
    writing = writeBatch(batch, first, context)
    writing.catch(() => {})
  }
  for await (const batch of inBatches(events, context.log)) await flush(batch)
  position = (await writing) ?? position
  return { events: imported, position: position ?? (await readHead(context)) }
}

async function* inBatches(
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  log: string,
): AsyncGenerator<ImportBatch> {
  let index = 0
  let batch = new ImportBatch(log)
  for await (const event of events) {
    batch.add(prepareImport(event, index++))
    if (index % EVENTS_PER_TURN === 0) await nextTurn()
    if (batch.events < BATCH_EVENTS && batch.size < BATCH_SIZE) continue
    yield batch
    batch = new ImportBatch(log)
  }
  if (batch.events > 0) yield batch
}

/** Returns the log's head after the batch. */
async function writeBatch(batch: ImportBatch, first: number, context: ImportContext): Promise<number> {
  const { log, database } = context
  try {
    const head = await database.transaction((session) => copyBatch(session, batch, first, log))
    context.onBatch()
    context.onProgress?.(first + batch.events)
    return head
  } catch (error) {
    throw isTakenEventId(error) ? eventIdTaken(log) : error
  }
}

async function copyBatch(session: TransactionSession, batch: ImportBatch, first: number, log: string) {
  const [head, lastMs] = decodeHead(await session.query(statement('lock-log'), [log]))
  const times = toTimes(batch, first, log, lastMs)
  const versions = await readVersions(session, batch, log)
  await session.copyFrom(
    statement('copy-events'),
    batch.toChunks((place) => toPlacing(place, batch, { head, times, versions })),
  )
  await writeTags(session, batch, log, head)
  const position = head + batch.events
  await session.query(statement('advance-log'), [log, position, times.at(-1)])
  return position
}

function decodeHead([row]: readonly Row[]): [head: number, lastMs: number] {
  return [Number(row?.[0]), row?.[1] == null ? Number.NEGATIVE_INFINITY : Math.round(Number(row[1]))]
}

/** @throws `import-out-of-order` */
function toTimes(batch: ImportBatch, first: number, log: string, lastMs: number): number[] {
  let last = lastMs
  return batch.timesMs.map((recordedAtMs, place) => {
    const timeMs = recordedAtMs ?? Math.max(Date.now(), last)
    if (timeMs < last) throw importOutOfOrder(log, first + place, new Date(timeMs), new Date(last))
    last = timeMs
    return timeMs
  })
}

/** The versions that the batch's streams are at. */
async function readVersions(
  session: TransactionSession,
  batch: ImportBatch,
  log: string,
): Promise<Map<string, number>> {
  const streams = [...new Set(batch.streams)]
  const rows = await session.query(statement('stream-versions'), [log, textArray(streams)])
  return new Map(streams.map((stream, place) => [stream, Number(rows[place]?.[0])]))
}

interface Places {
  readonly head: number
  readonly times: readonly number[]
  /** Counted up as events are placed. */
  readonly versions: Map<string, number>
}

function toPlacing(place: number, batch: ImportBatch, { head, times, versions }: Places): Placing {
  const stream = batch.streams[place] as string
  const version = (versions.get(stream) as number) + 1
  versions.set(stream, version)
  return { position: head + place + 1, timeMs: times[place] as number, version }
}

async function writeTags(session: TransactionSession, { tags }: ImportBatch, log: string, head: number) {
  if (tags.length === 0) return
  const names = textArray(tags.map(({ tag }) => tag))
  const positions = int8Array(tags.map(({ place }) => head + place + 1))
  const types = textArray(tags.map(({ type }) => type))
  await session.query(statement('import-tags'), [log, names, positions, types])
}

async function readHead({ log, database }: ImportContext): Promise<number> {
  const [row] = await database.query(statement('head'), [log])
  return Number(row?.[0] ?? 0)
}
