/**
 * Appends of one message that are to be published at the same moment go as one batch, which the servers agree on once.
 * Each message still says what it is based on. As the server refuses a batch for any of its messages, those of one that
 * is refused are sent again one by one: what becomes of an append does not hang on its neighbours.
 */
import { JetStreamFailure } from './failures.ts'
import type { Draft, LogStream } from './log-stream.ts'

/** More are not faster, and one that is refused costs all of them a message more. */
const MAX_MESSAGES = 128
/** Characters. */
const MAX_SIZE = 262_144
/** Batches under way: while one is agreed on, the next one is on its way. A stream takes 50, of all processes. */
const MAX_BATCHES = 2

export interface Published {
  readonly sequence: number
  /** When it was stored, where that is known of the whole batch. */
  readonly timeMs?: Promise<number | undefined>
}

interface Waiting {
  readonly draft: Draft
  readonly messageId: string | undefined
  resolve(published: Published): void
  reject(error: unknown): void
}

export class Gathering {
  readonly #stream: LogStream
  #waiting: Waiting[] = []
  #batches = 0
  #isDeparting = false

  constructor(stream: LogStream) {
    this.#stream = stream
  }

  publish(draft: Draft, messageId: string | undefined): Promise<Published> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, messageId, resolve, reject })
      this.#departSoon()
    })
  }

  /** Those that are published in the same turn of the event loop go together. */
  #departSoon(): void {
    if (this.#isDeparting || this.#batches >= MAX_BATCHES) return
    this.#isDeparting = true
    setImmediate(() => {
      this.#isDeparting = false
      while (this.#waiting.length > 0 && this.#batches < MAX_BATCHES) void this.#send(this.#next())
    })
  }

  #next(): Waiting[] {
    let count = 0
    let size = 0
    for (const { draft } of this.#waiting) {
      size += draft.data.length
      if (count > 0 && (count === MAX_MESSAGES || size > MAX_SIZE)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#batches++
    await (batch.length > 1 ? this.#sendTogether(batch) : this.#sendEach(batch))
    this.#batches--
    if (this.#waiting.length > 0) this.#departSoon()
  }

  async #sendTogether(batch: readonly Waiting[]): Promise<void> {
    const drafts = batch.map(({ draft }) => draft)
    try {
      const last = await this.#stream.publish(drafts, {})
      const first = last - batch.length + 1
      const timeMs = this.#stream.momentOf(first, last).catch(() => undefined)
      for (const [place, { resolve }] of batch.entries()) resolve({ sequence: first + place, timeMs })
    } catch (error) {
      // Without an answer each of them may be recorded.
      if (error instanceof JetStreamFailure) await this.#sendEach(batch)
      else for (const { reject } of batch) reject(error)
    }
  }

  async #sendEach(batch: readonly Waiting[]): Promise<void> {
    const sending = batch.map(({ draft, messageId, resolve, reject }) =>
      this.#stream.publish([draft], { messageId }).then((sequence) => resolve({ sequence }), reject),
    )
    await Promise.all(sending)
  }
}
