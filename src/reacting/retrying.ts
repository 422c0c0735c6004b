/** How often an effect is tried, and how long is waited between two attempts. */
import { refuse } from '../store/index.ts'

export interface RetryOptions {
  /** How often an effect is tried before it becomes a dead letter: 10 when absent. */
  readonly maxAttempts?: number
  /** The longest pause after the first attempt: 500 ms when absent. It doubles with each, and any shorter one is as likely. */
  readonly firstPauseMs?: number
  /** The longest pause there is: 60,000 ms when absent. */
  readonly longestPauseMs?: number
  /** How long one attempt may take: 30,000 ms when absent. Then its signal is aborted, and the next begins. */
  readonly timeoutMs?: number
}

/** With the pauses below a minute or two, for which a server is away that is restarted or fails over. */
const DEFAULT_MAX_ATTEMPTS = 10
const DEFAULT_FIRST_PAUSE_MS = 500
const DEFAULT_LONGEST_PAUSE_MS = 60_000
const DEFAULT_TIMEOUT_MS = 30_000
/** The longest time that a timer takes, some 24 days. */
const LONGEST_TIMER_MS = 2_147_483_647

/** @throws `invalid-argument` */
export function toRetrying(options: RetryOptions): Required<RetryOptions> {
  const {
    maxAttempts = DEFAULT_MAX_ATTEMPTS,
    firstPauseMs = DEFAULT_FIRST_PAUSE_MS,
    longestPauseMs = DEFAULT_LONGEST_PAUSE_MS,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  } = options
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts', 'is not a whole number from 1 on')
  for (const [name, timeMs] of Object.entries({ firstPauseMs, longestPauseMs, timeoutMs })) {
    if (!(timeMs >= 0 && timeMs <= LONGEST_TIMER_MS)) refuse(name, `is not from 0 to ${LONGEST_TIMER_MS} milliseconds`)
  }
  return { maxAttempts, firstPauseMs, longestPauseMs, timeoutMs }
}

/** Exponential, with full jitter: what many reactors have met with, they do not meet with again all at once. */
export function toPauseMs({ firstPauseMs, longestPauseMs }: Required<RetryOptions>, attempts: number): number {
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1))
}
