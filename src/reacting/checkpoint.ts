/**
 * Where a reactor stands. What is kept is the first position that it has not looked at, so that 0, which a store gives for
 * a checkpoint that was never written, means that it has never begun: a reactor that began on an empty log has begun.
 */
import { again } from '../following/index.ts'
import type { EventLog } from '../store/index.ts'

/** Where a reactor begins: with what comes from now on, with everything, or after a position. */
export type ReactFrom = 'now' | 'start' | number

export class ReactorCheckpoint {
  readonly #log: EventLog
  readonly #name: string

  constructor(log: EventLog, reactor: string) {
    this.#log = log
    this.#name = `reactor ${reactor}`
  }

  /** Undefined when the reactor has never begun. */
  async load(): Promise<number | undefined> {
    const next = await again(() => this.#log.checkpoints.load(this.#name))
    return next === 0 ? undefined : next - 1
  }

  /** Begins unless it has. */
  async begin(from: ReactFrom): Promise<number> {
    const found = await this.load()
    if (found !== undefined) return found
    const position = await this.#toPosition(from)
    await again(() => this.#log.checkpoints.move(this.#name, 0, position + 1))
    // Another instance may have been faster.
    return (await this.load()) ?? position
  }

  /** Begins anew, where the log no longer has what it has reacted to. */
  async restart(found: number, from: ReactFrom): Promise<number> {
    const position = await this.#toPosition(from)
    await this.move(found, position)
    return (await this.load()) ?? position
  }

  /** False when it stands elsewhere than at `expected`: another instance has moved it. */
  async move(expected: number, position: number): Promise<boolean> {
    if (expected === position) return true
    const move = () => this.#log.checkpoints.move(this.#name, expected + 1, position + 1)
    // Where the answer was lost, it may have been moved by the first attempt.
    return await again(async () => (await move()) || (await this.load()) === position)
  }

  async #toPosition(from: ReactFrom): Promise<number> {
    if (from === 'start') return 0
    return from === 'now' ? await again(() => this.#log.head()) : from
  }
}
