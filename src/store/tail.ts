/**
 * The live tail: from a position, through history, into the present, each event once and in order.
 *
 *     catching up ──nothing more──▶ waiting ──woken, or a while passed──▶ catching up
 *          │                                                                  ▲
 *          └──connection lost──▶ backing off ──delay passed───────────────────┘
 *     any of them ──aborted──▶ ended
 *
 * It remembers one number: how far it has looked. As positions are in commit order nothing can turn up at or
 * before it, so that a restart from it after any failure neither skips nor repeats.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { RecordedEvent } from '../events/index.ts'
import { toReader } from './event-reader.ts'
import type { EventReader, TailOptions } from './port.ts'
import { unlessAborted } from './unless-aborted.ts'
import type { Wakeups } from './wakeups.ts'

export interface TailSource {
  readonly log: string
  readonly wakeups: Wakeups
  /** Events after `position`, at most `size` of them, and how far the log has been searched for more. */
  fetchAfter(position: number, size: number): Promise<TailPage>
  /** Is this the loss of a connection, which passes, rather than a mistake, which does not? */
  isTransient(error: unknown): boolean
}

export interface TailPage {
  readonly events: readonly RecordedEvent[]
  /** Everything up to and with this position has been looked at. */
  readonly searchedTo: number
  /** There is nothing more for now. */
  readonly caughtUp: boolean
}

/** A second: the price of a lost notification, and of a query a second for each idle tail. */
const DEFAULT_POLL_INTERVAL_MS = 1_000
const PAGE_SIZE = 1_000
const FIRST_BACK_OFF_MS = 50
const LONGEST_BACK_OFF_MS = 5_000

export function tailReader(source: TailSource, options: TailOptions): EventReader {
  return toReader(() => tail(source, options), { signal: options.signal, onAbort: 'end' })
}

async function* tail(source: TailSource, options: TailOptions): AsyncGenerator<readonly RecordedEvent[]> {
  const { signal, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options
  let position = options.after ?? 0
  let failures = 0
  while (!signal?.aborted) {
    const seen = source.wakeups.count(source.log)
    const page = await fetchOrFailure(source, position, signal)
    if (page === 'aborted') return
    if (page === 'connection-lost') {
      await delay(toBackOffMs(failures++), undefined, { signal }).catch(() => {})
      continue
    }
    failures = 0
    if (page.events.length > 0) yield page.events
    position = Math.max(position, page.searchedTo)
    if (page.caughtUp) await source.wakeups.wait(source.log, seen, pollIntervalMs, signal)
  }
}

async function fetchOrFailure(source: TailSource, position: number, signal: AbortSignal | undefined) {
  try {
    return await unlessAborted(source.fetchAfter(position, PAGE_SIZE), signal)
  } catch (error) {
    if (signal?.aborted) return 'aborted'
    if (source.isTransient(error)) return 'connection-lost'
    throw error
  }
}

/** Exponential, with full jitter: many tails lose a server at the same moment. */
function toBackOffMs(failures: number): number {
  return Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failures)
}
