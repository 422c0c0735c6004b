/** How lost connections are met: again and again, with back-off, for as long as a restart or a fail-over takes. */
import { setTimeout as delay } from 'node:timers/promises'
import { connectionLost } from './conflicts.ts'

/** A server that restarts or fails over is back by then, or somebody has to look at it. */
export const RETRY_FOR_MS = 30_000
const FIRST_BACK_OFF_MS = 25
const LONGEST_BACK_OFF_MS = 1_000

/** Exponential, half of it jitter: many processes lose a server at the same moment. */
export function toBackOffMs(attempts: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** attempts) * (0.5 + Math.random() / 2)
}

/** Whose connections are lost, and how that is told from other failures. */
export interface Losses {
  readonly engine: string
  isTransient(error: unknown): boolean
}

/**
 * Does again what may be done twice, until it succeeds, or fails for another reason than a lost connection.
 * @param signal Aborted when nobody waits for it any more.
 * @throws `connection-lost` when the server does not come back in time
 */
export async function retrying<T>(losses: Losses, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const deadline = performance.now() + RETRY_FOR_MS
  for (let attempts = 1; ; attempts++) {
    try {
      return await work()
    } catch (error) {
      if (!losses.isTransient(error)) throw error
      if (signal.aborted || performance.now() > deadline) throw connectionLost(losses.engine, attempts, error)
    }
    await delay(toBackOffMs(attempts), undefined, { signal }).catch(() => {})
  }
}

/** For what may not: names the loss, so that the caller can do it again. @throws `connection-lost` */
export async function namingLoss<T>(losses: Losses, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw losses.isTransient(error) ? connectionLost(losses.engine, 1, error) : error
  }
}

/** What Node.js says of a connection that is lost, or cannot be made now. */
export const SOCKET_LOSSES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
