import type { DaybookError } from '../errors/index.ts'
import { unlessAborted } from '../store/index.ts'

export type ProjectionStatus = 'running' | 'stopped' | 'failed'

/** How far a projection has come, and who waits for it. */
export class Progress {
  #checkpoint: number
  #seen: number
  #status: ProjectionStatus = 'running'
  #failure: DaybookError | undefined
  readonly #ended = new AbortController()
  readonly #waiting = new Set<() => void>()

  constructor(checkpoint: number) {
    this.#checkpoint = checkpoint
    this.#seen = checkpoint
  }

  /** As the target has it. */
  get checkpoint(): number {
    return this.#checkpoint
  }

  /** The checkpoint, or a later position up to which there is nothing to apply. */
  get position(): number {
    return Math.max(this.#checkpoint, this.#seen)
  }

  get status(): ProjectionStatus {
    return this.#status
  }

  get failure(): DaybookError | undefined {
    return this.#failure
  }

  /** Aborted when it runs no more. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** The target's checkpoint was read anew, and stands wherever it stands. */
  beginFrom(checkpoint: number): void {
    this.#seen = checkpoint
    this.move(checkpoint)
  }

  move(checkpoint: number): void {
    this.#checkpoint = checkpoint
    this.#wake()
  }

  /** Everything up to the position is applied, as far as it concerns the read model. */
  see(position: number): void {
    this.#seen = Math.max(this.#seen, position)
  }

  end(failure?: DaybookError): void {
    this.#failure = failure
    this.#status = failure === undefined ? 'stopped' : 'failed'
    this.#ended.abort()
    this.#wake()
  }

  /** Resolves when the checkpoint is at the position, or when the projection runs no more. */
  async until(position: number, signal: AbortSignal): Promise<void> {
    while (this.#checkpoint < position && this.#status === 'running') {
      const { promise, forget } = this.#nextChange()
      await unlessAborted(promise, signal).finally(forget)
    }
  }

  #nextChange() {
    let resume = () => {}
    const promise = new Promise<void>((resolve) => {
      resume = resolve
    })
    this.#waiting.add(resume)
    return { promise, forget: () => this.#waiting.delete(resume) }
  }

  #wake(): void {
    for (const resume of this.#waiting) resume()
    this.#waiting.clear()
  }
}
