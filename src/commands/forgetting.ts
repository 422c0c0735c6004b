import type { EventLog } from '../store/index.ts'
import { refuse } from '../store/index.ts'
import type { Background } from './background.ts'

/** Ids forgotten by one call: some milliseconds of work. */
const BATCH_SIZE = 1_000
/** Calls in a row; closing waits for them. What is left then is due at once. */
const BATCHES_IN_A_ROW = 10
/** How long ids outlive their time at the most, by the time that they are kept for. */
const SHARE_OF_TIME_KEPT = 0.1
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 600_000

export interface ForgettingOptions {
  readonly log: EventLog
  readonly background: Background
  readonly keepForMs: number
}

/** @throws `invalid-argument` */
export function assertKeepForMs(keepForMs: number): void {
  if (!(keepForMs > 0)) refuse('commands.keepForMs', 'is not a number of milliseconds, more than 0')
}

/**
 * Forgets the ids of commands that are older than they are kept for: now and then, when commands are executed, and while
 * nobody waits. A failure is nobody's: it is tried again at the next occasion.
 */
export class Forgetting {
  readonly #options: ForgettingOptions
  readonly #pauseMs: number
  #nextAtMs = 0

  constructor(options: ForgettingOptions) {
    const { keepForMs } = options
    this.#options = options
    this.#pauseMs = Math.min(Math.max(keepForMs * SHARE_OF_TIME_KEPT, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS)
  }

  /** Begins, if it is time. */
  consider(): void {
    const now = performance.now()
    if (now < this.#nextAtMs) return
    this.#nextAtMs = now + this.#pauseMs
    this.#options.background.run(() => this.#forget())
  }

  async #forget(): Promise<void> {
    const { log, keepForMs } = this.#options
    const before = new Date(Date.now() - keepForMs)
    for (let batch = 0; batch < BATCHES_IN_A_ROW; batch++) {
      const pruned = await log.commands.prune({ before, limit: BATCH_SIZE })
      if (pruned < BATCH_SIZE) return
    }
    this.#nextAtMs = 0
  }
}
