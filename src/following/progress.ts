import type { DaybookError } from '../errors/index.ts'
import { unlessAborted } from '../store/index.ts'

export type FollowerStatus = 'running' | 'stopped' | 'failed'

/**
 * What a follower is doing: `waiting` for another instance that is at work, `catching up` with history, `live`,
 * `backing off` after an error that may pass; or it is at an end.
 */
export type FollowerPhase = 'waiting' | 'catching up' | 'live' | 'backing off' | 'stopped' | 'failed'

export interface LastError {
  /** Of a `DaybookError`. */
  readonly code?: string
  readonly message: string
  readonly at: Date
}

/** How far what follows a log has come, and who waits for it. */
export class FollowerProgress {
  lastError: LastError | undefined
  #phase: FollowerPhase = 'waiting'
  #checkpoint: number
  #seen: number
  #failure: DaybookError | undefined
  readonly #ended = new AbortController()
  readonly #waiting = new Set<() => void>()

  constructor(checkpoint: number) {
    this.#checkpoint = checkpoint
    this.#seen = checkpoint
  }

  /** As it is kept. */
  get checkpoint(): number {
    return this.#checkpoint
  }

  /** The checkpoint, or a later position up to which there is nothing to do. */
  get position(): number {
    return Math.max(this.#checkpoint, this.#seen)
  }

  get phase(): FollowerPhase {
    return this.#phase
  }

  get status(): FollowerStatus {
    return this.#phase === 'stopped' || this.#phase === 'failed' ? this.#phase : 'running'
  }

  get failure(): DaybookError | undefined {
    return this.#failure
  }

  /** Aborted when it runs no more. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  enter(phase: Exclude<FollowerPhase, 'stopped' | 'failed'>): void {
    this.#phase = phase
  }

  /** The checkpoint was read anew, and stands wherever it stands. */
  beginFrom(checkpoint: number): void {
    this.#seen = checkpoint
    this.move(checkpoint)
  }

  move(checkpoint: number): void {
    this.#checkpoint = checkpoint
    this.#wake()
  }

  /** Everything up to the position is done, as far as it concerns the follower. */
  see(position: number): void {
    if (position <= this.#seen) return
    this.#seen = position
    this.#wake()
  }

  /** Something went wrong that may pass. */
  suffer(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {}
    this.lastError = { ...code, message: error instanceof Error ? error.message : String(error), at: new Date() }
  }

  end(failure?: DaybookError): void {
    this.#failure = failure
    if (failure !== undefined) this.suffer(failure)
    this.#phase = failure === undefined ? 'stopped' : 'failed'
    this.#ended.abort()
    this.#wake()
  }

  /** Resolves at the next change of any of this. */
  async change(signal: AbortSignal): Promise<void> {
    let resume = () => {}
    const changed = new Promise<void>((resolve) => {
      resume = resolve
    })
    this.#waiting.add(resume)
    await unlessAborted(changed, signal).finally(() => this.#waiting.delete(resume))
  }

  #wake(): void {
    for (const resume of this.#waiting) resume()
    this.#waiting.clear()
  }
}
