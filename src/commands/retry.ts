import { backOff, toBackOffMs } from './back-off.ts'
import type { Execution } from './execution.ts'
import type { CommandResult } from './result.ts'

/** A command under way, whatever it is decided on. */
export interface Attempting {
  /** Executions of this process that share one take turns. */
  readonly lanes: readonly string[]
  /**
   * Decides on what is there, and records it. Called again after a conflict, it looks at what is new. A conflict's
   * `retryAfterMs` is for the caller to fill in.
   */
  attempt(): Promise<CommandResult>
}

/** Attempts until there is another result than a conflict, or a bound is reached. */
export async function retryConflicts(
  { participants, bounds, options }: Execution,
  attempting: Attempting,
): Promise<CommandResult> {
  const isExplicit = participants.some(({ expected }) => expected !== 'any')
  const beganAtMs = performance.now()
  for (let attempts = 1; ; attempts++) {
    const result = await attempting.attempt()
    if (result.status !== 'conflict') return result
    const retryAfterMs = toBackOffMs(attempts)
    const isTooLate = performance.now() - beganAtMs + retryAfterMs > bounds.retryForMs
    if (isExplicit || attempts >= bounds.maxAttempts || isTooLate) return { ...result, retryAfterMs }
    await backOff(retryAfterMs, options.signal)
  }
}
