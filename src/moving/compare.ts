/** Compares two logs event by event, and gives one digest for both where they are the same. */
import { createHash } from 'node:crypto'
import { type RecordedEvent, toCanonicalJson } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import { type PortableEvent, toCanonicalText, toPortable } from './portable-event.ts'

type Readable = Pick<EventLog, 'read'>

export interface CompareOptions {
  readonly signal?: AbortSignal
  /** Told now and then with the number of events compared so far, and the position of the last in the first log. */
  readonly onProgress?: (compared: number, position: number) => void
}

export type Comparison = SameLogs | DifferentLogs

export interface SameLogs {
  readonly same: true
  /** In each of them. */
  readonly events: number
  /** SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of every event without its position, each ended by a newline. */
  readonly digest: string
}

export interface DifferentLogs {
  readonly same: false
  /** Events before the difference, which are the same in both. */
  readonly events: number
  /** The first event of each that differs; undefined where that log ends. */
  readonly difference: readonly [PortableEvent | undefined, PortableEvent | undefined]
  /** What differs in it first, such as `data` or `recordedAt`; undefined where one log ends. */
  readonly field: keyof PortableEvent | undefined
}

/** How often progress is told: a look at the clock for each event would cost more than the comparing. */
const EVENTS_PER_REPORT = 10_000

/** Compares what is recorded now, in order, position aside. @throws what reading throws */
export async function compareLogs(one: Readable, other: Readable, options: CompareOptions = {}): Promise<Comparison> {
  const { signal, onProgress } = options
  const reading = signal === undefined ? {} : { signal }
  const hash = createHash('sha256')
  const others = other.read(reading)[Symbol.asyncIterator]()
  let events = 0
  try {
    for await (const event of one.read(reading)) {
      const counterpart: RecordedEvent | undefined = (await others.next()).value
      const text = toCanonicalText(event)
      if (counterpart === undefined || text !== toCanonicalText(counterpart)) return differ(events, event, counterpart)
      hash.update(text).update('\n')
      if (++events % EVENTS_PER_REPORT === 0) onProgress?.(events, event.position)
    }
    const surplus = await others.next()
    if (!surplus.done) return differ(events, undefined, surplus.value)
    return { same: true, events, digest: hash.digest('hex') }
  } finally {
    await others.return?.()
  }
}

function differ(events: number, one: RecordedEvent | undefined, other: RecordedEvent | undefined): DifferentLogs {
  const difference = [one && toPortable(one), other && toPortable(other)] as const
  return { same: false, events, difference, field: findField(...difference) }
}

function findField(one: PortableEvent | undefined, other: PortableEvent | undefined): keyof PortableEvent | undefined {
  if (one === undefined || other === undefined) return undefined
  const fields = Object.keys(one) as (keyof PortableEvent)[]
  return fields.find((field) => toCanonicalJson(one[field]) !== toCanonicalJson(other[field]))
}
