import type { RecordedEvent } from '../../src/events/index.ts'
import type { EventLog, TailOptions } from '../../src/store/index.ts'

/** A tail that is at work while other things happen to the store. */
export class Follower {
  readonly seen: RecordedEvent[] = []
  readonly #stop = new AbortController()
  readonly #following: Promise<void>

  constructor(log: EventLog, options: TailOptions = {}) {
    this.#following = this.#follow(log, options)
  }

  async #follow(log: EventLog, options: TailOptions): Promise<void> {
    for await (const event of log.tail({ ...options, signal: this.#stop.signal })) this.seen.push(event)
  }

  /** Everything seen, once the tail has come to `position`. */
  async reach(position: number): Promise<readonly RecordedEvent[]> {
    while ((this.seen.at(-1)?.position ?? 0) < position) {
      const turn = new Promise((resolve) => setTimeout(resolve, 5))
      await Promise.race([turn, this.#following])
    }
    this.#stop.abort()
    await this.#following
    return this.seen
  }
}
