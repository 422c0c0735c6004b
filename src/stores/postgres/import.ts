/**
 * History from elsewhere, at the speed of COPY. Each batch is one transaction under the log's lock, as an append is: it
 * is there as a whole or not at all, and whoever appends meanwhile takes a turn between two batches.
 */
import { toStreamName } from '../../events/index.ts'
import {
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  importOutOfOrder,
  type PreparedImport,
  prepareImport,
} from '../../store/index.ts'
import { int4Array, int8Array, textArray } from './binary-arrays.ts'
import type { Database, TransactionSession } from './database.ts'
import { isTakenEventId } from './failures.ts'
import { toArrayLiteral } from './group.ts'
import { type Row, statement } from './statements.ts'

/** A batch holds the lock for some 100 ms, and is copied at nearly the speed of one endless COPY. */
const BATCH_EVENTS = 10_000
const BATCH_SIZE = 16_777_216
/** What is handed to the socket at once. */
const CHUNK_LENGTH = 262_144

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
  const flush = async (batch: readonly PreparedImport[]) => {
    position = await writing
    context.signal?.throwIfAborted()
    const first = imported
    imported += batch.length
    writing = writeBatch(batch, first, context)
    writing.catch(() => {})
  }
  for await (const batch of inBatches(events)) await flush(batch)
  position = (await writing) ?? position
  return { events: imported, position: position ?? (await readHead(context)) }
}

async function* inBatches(
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
): AsyncGenerator<PreparedImport[]> {
  let index = 0
  let size = 0
  let batch: PreparedImport[] = []
  for await (const event of events) {
    const prepared = prepareImport(event, index++)
    size += prepared.event.data.length + prepared.event.metadata.length
    batch.push(prepared)
    if (batch.length < BATCH_EVENTS && size < BATCH_SIZE) continue
    yield batch
    batch = []
    size = 0
  }
  if (batch.length > 0) yield batch
}

/** Returns the log's head after the batch. */
async function writeBatch(batch: readonly PreparedImport[], first: number, context: ImportContext): Promise<number> {
  const { log, database } = context
  try {
    const head = await database.transaction((session) => copyBatch(session, batch, first, log))
    context.onBatch()
    context.onProgress?.(first + batch.length)
    return head
  } catch (error) {
    throw isTakenEventId(error) ? eventIdTaken(log) : error
  }
}

async function copyBatch(session: TransactionSession, batch: readonly PreparedImport[], first: number, log: string) {
  const [head, lastMs] = decodeHead(await session.query(statement('lock-log'), [log]))
  const times = toTimes(batch, first, log, lastMs)
  const versions = await readVersions(session, batch, log)
  await session.copyFrom(statement('copy-events'), toChunks(batch, { log, head, times, versions }))
  await writeTags(session, batch, log, head)
  const streams = [...versions]
  const values = [log, textArray(streams.map(([stream]) => stream)), int4Array(streams.map(([, version]) => version))]
  await session.query(statement('import-streams'), values)
  const position = head + batch.length
  await session.query(statement('advance-log'), [log, position, times.at(-1)])
  return position
}

function decodeHead([row]: readonly Row[]): [head: number, lastMs: number] {
  return [Number(row?.[0]), row?.[1] == null ? Number.NEGATIVE_INFINITY : Math.round(Number(row[1]))]
}

/** @throws `import-out-of-order` */
function toTimes(batch: readonly PreparedImport[], first: number, log: string, lastMs: number): number[] {
  let last = lastMs
  return batch.map(({ recordedAt }, place) => {
    const timeMs = recordedAt?.getTime() ?? Math.max(Date.now(), last)
    if (timeMs < last) throw importOutOfOrder(log, first + place, new Date(timeMs), new Date(last))
    last = timeMs
    return timeMs
  })
}

/** The versions that the batch's streams are at. */
async function readVersions(session: TransactionSession, batch: readonly PreparedImport[], log: string) {
  const streams = [...new Set(batch.map(({ stream }) => stream))]
  const rows = await session.query(statement('stream-versions'), [log, textArray(streams)])
  return new Map(streams.map((stream, place) => [stream, Number(rows[place]?.[0])]))
}

interface Placing {
  readonly log: string
  readonly head: number
  readonly times: readonly number[]
  /** Counted up as events are placed. */
  readonly versions: Map<string, number>
}

/** The batch in COPY's text format: a line an event, columns in the order of copy-events.sql. */
function* toChunks(batch: readonly PreparedImport[], { log, head, times, versions }: Placing): Generator<string> {
  const escapedLog = escapeCopy(log)
  let chunk = ''
  for (const [place, { stream, event }] of batch.entries()) {
    const version = (versions.get(stream) as number) + 1
    versions.set(stream, version)
    const tags = toArrayLiteral(event.tags)
    const time = new Date(times[place] as number).toISOString()
    chunk +=
      `${head + place + 1}\t${time}\t${version}\t${event.schemaVersion}\t${event.id}\t${escapedLog}\t` +
      `${escapeCopy(stream)}\t${escapeCopy(toStreamName(stream).category)}\t${escapeCopy(event.type)}\t` +
      `${escapeCopy(event.data)}\t${escapeCopy(event.metadata)}\t${tags === null ? '\\N' : escapeCopy(tags)}\n`
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

/** Names hold no control characters, and JSON text escapes them: only the backslash is special here. */
function escapeCopy(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}

async function writeTags(session: TransactionSession, batch: readonly PreparedImport[], log: string, head: number) {
  const tagged = batch.flatMap(({ event }, place) =>
    event.tags.map((tag) => ({ tag, position: head + place + 1, type: event.type })),
  )
  if (tagged.length === 0) return
  const tags = textArray(tagged.map(({ tag }) => tag))
  const positions = int8Array(tagged.map(({ position }) => position))
  const types = textArray(tagged.map(({ type }) => type))
  await session.query(statement('import-tags'), [log, tags, positions, types])
}

async function readHead({ log, database }: ImportContext): Promise<number> {
  const [row] = await database.query(statement('head'), [log])
  return Number(row?.[0] ?? 0)
}
