/**
 * Copies a log into another, on whatever engines they are: what is recorded, and, when asked to follow, what will be.
 * Nothing is kept beside the copy: its last event says how far it has come, so that a copy that was stopped, killed or
 * cut off goes on where it stands.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError, isDaybookError } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, EventReader, ImportedEvent } from '../store/index.ts'
import { estimateTotal } from './estimate-total.ts'
import { toCanonicalText, toImported } from './portable-event.ts'

/** What a log must be able to do to be read from: a daybook, or a log of a store. */
export type Source = Pick<EventLog, 'name' | 'head' | 'read' | 'readStream' | 'tail'>
/** What a log must be able to do to be copied into, and compared with its source. */
export type Destination = Pick<EventLog, 'name' | 'head' | 'read' | 'import'>

export interface CopyOptions {
  /** Go on with what is recorded later, until aborted. False when absent. */
  readonly follow?: boolean
  /** Stops between two batches. Without `follow` it throws its reason. */
  readonly signal?: AbortSignal
  /** Told after each batch. */
  readonly onProgress?: (progress: CopyProgress) => void
}

export interface CopyProgress {
  /** Events that this copy has brought over. */
  readonly copied: number
  /** Events to bring over, as far as is known: an estimate where the source's positions have gaps. */
  readonly total: number
}

/**
 * Brings over all events that the destination does not have yet: order, ids, versions, times, metadata and tags stay.
 * The destination must be empty or hold the beginning of the source, and nobody else may write to it.
 * @returns the number of events brought over
 * @throws `logs-differ` when the destination holds anything else; what reading and importing throw
 */
export async function copyLog(from: Source, to: Destination, options: CopyOptions = {}): Promise<number> {
  const { follow = false } = options
  const copy: Copy = { from, to, options, copied: 0, total: 0, position: await findPosition(from, to) }
  if (!follow) await copyHistory(copy)
  else while (!(await followUntilSetback(copy))) await takeUpWhenBack(copy)
  return copy.copied
}

/** True when it was ended, false when a connection was lost. */
async function followUntilSetback(copy: Copy): Promise<boolean> {
  try {
    await copyHistory(copy)
    await copyFuture(copy)
    return true
  } catch (error) {
    return isEndedOrThrow(copy, error)
  }
}

async function takeUpWhenBack(copy: Copy): Promise<void> {
  for (let failures = 0; ; failures++) {
    await backOff(failures, copy.options.signal)
    try {
      return await takeUp(copy)
    } catch (error) {
      if (isEndedOrThrow(copy, error)) return
    }
  }
}

/** Is it over? If not, a connection was lost; whatever else there is, is thrown. */
function isEndedOrThrow({ options }: Copy, error: unknown): boolean {
  if (options.signal?.aborted) return true
  if (isDaybookError(error, 'connection-lost')) return false
  throw error
}

/** The destination may have come further than it could say: the answer was lost with the connection. */
async function takeUp(copy: Copy): Promise<void> {
  const { from, to } = copy
  const position = await findPosition(from, to)
  for await (const batch of from.read({ after: copy.position, upTo: position }).batches()) copy.copied += batch.length
  copy.position = position
  report(copy, copy.copied)
}

async function backOff(failures: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failures)
  await delay(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
}

const FIRST_BACK_OFF_MS = 100
const LONGEST_BACK_OFF_MS = 5_000

interface Copy {
  readonly from: Source
  readonly to: Destination
  readonly options: CopyOptions
  /** Of the source: everything up to there is copied. */
  position: number
  /** How many events that are, since the copy began. */
  copied: number
  total: number
}

/** The source's position of the last event that the destination holds: 0 when it holds none. */
async function findPosition(from: Source, to: Destination): Promise<number> {
  const [last] = await to.read({ direction: 'backwards', limit: 1 }).toArray()
  if (last === undefined) return 0
  const own = { fromVersion: last.version, toVersion: last.version }
  const [original] = await from.readStream(last.stream.name, own).toArray()
  if (original !== undefined && toCanonicalText(original) === toCanonicalText(last)) return original.position
  throw logsDiffer(from, to, last)
}

async function copyHistory(copy: Copy): Promise<void> {
  const { from, to, options } = copy
  const begun = copy.position
  const head = await from.head()
  if (begun >= head) return
  const signal = toSignal(options)
  const reader = from.read({ after: begun, upTo: head, ...signal })
  const read = { events: 0, position: begun }
  const onProgress = (imported: number) => {
    copy.total = copy.copied + estimateTotal(read.events, { from: begun, at: read.position, to: head })
    report(copy, copy.copied + imported)
  }
  const { events } = await to.import(eventsOf(reader, read), { ...signal, onProgress })
  copy.position = head
  copy.copied += events
}

/** Page by page: an await for each event would cost as much as reading it. */
async function* eventsOf(reader: EventReader, read: Read): AsyncGenerator<ImportedEvent> {
  for await (const batch of reader.batches()) {
    for (const event of batch) yield toImported(event)
    read.events += batch.length
    read.position = batch.at(-1)?.position ?? read.position
  }
}

/** How far a reader has come. */
interface Read {
  events: number
  position: number
}

async function copyFuture(copy: Copy): Promise<void> {
  const { from, to, options } = copy
  for await (const batch of from.tail({ after: copy.position, ...toSignal(options) }).batches()) {
    // Not with the signal: what has come is brought over as a whole.
    await to.import(batch.map(toImported))
    copy.position = batch.at(-1)?.position ?? copy.position
    copy.copied += batch.length
    report(copy, copy.copied)
  }
}

function report(copy: Copy, copied: number): void {
  copy.total = Math.max(copy.total, copied)
  copy.options.onProgress?.({ copied, total: copy.total })
}

function toSignal({ signal }: CopyOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function logsDiffer(from: Source, to: Destination, last: RecordedEvent): DaybookError {
  const { stream, version, position } = last
  const message =
    `The log ${to.name} to copy into ends with ${last.type} (version ${version} of ${stream.name}), which the log ` +
    `${from.name} to copy from does not have there. It must be empty, or hold the beginning of that log and nothing else. ` +
    'Copy into another log.'
  return new DaybookError('logs-differ', message, { stream: stream.name, version, position })
}
