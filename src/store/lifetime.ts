import { setMaxListeners } from 'node:events'
import { storeClosed } from './conflicts.ts'
import { Wakeups } from './wakeups.ts'

/** What the logs of one store share: that it is open, and who waits for them to grow. */
export class Lifetime {
  readonly wakeups = new Wakeups()
  readonly #engine: string
  readonly #closing = new AbortController()

  constructor(engine: string) {
    this.#engine = engine
    setMaxListeners(0, this.#closing.signal)
  }

  /** @throws `closed` */
  assertOpen(): void {
    if (this.#closing.signal.aborted) throw storeClosed(this.#engine)
  }

  /** Aborted by the caller, or when the store is closed. */
  until(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal])
  }

  close(): void {
    this.#closing.abort()
  }
}
