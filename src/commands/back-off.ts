import { setTimeout as delay } from 'node:timers/promises'

/**
 * Exponential with full jitter: of writers that met once, no two meet again for the same reason. A few milliseconds are
 * what an append takes; half a second between attempts lets some hundred others through.
 */
const FIRST_BACK_OFF_MS = 4
const LONGEST_BACK_OFF_MS = 500

/** How long to wait after the n-th conflict. */
export function toBackOffMs(conflicts: number): number {
  return Math.ceil(Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (conflicts - 1)))
}

/** Waits, unless aborted: throws the signal's reason then. */
export async function backOff(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
  signal?.throwIfAborted()
}
