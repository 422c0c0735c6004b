/**
 * One reading of a log, dealt out in batches: each takes as many pages as are enough for it. What a batch has taken is
 * not kept for it; whoever asks its pages again gets them read again.
 */
import type { EventPage } from './batch.ts'

/** Reads again what is after one position, up to another. */
export type Reread = (after: number, upTo: number) => AsyncIterable<EventPage>

export class History {
  readonly #pages: AsyncIterator<EventPage>
  readonly #reread: Reread
  #next: Promise<IteratorResult<EventPage>> | undefined

  constructor(pages: AsyncIterable<EventPage>, reread: Reread) {
    this.#pages = pages[Symbol.asyncIterator]()
    this.#reread = reread
  }

  async hasMore(): Promise<boolean> {
    this.#next ??= this.#pages.next()
    return !(await this.#next).done
  }

  /** The pages from here on, for one batch at a time. @param from Where the one before it has ended. */
  batchFrom(from: number): AsyncIterable<EventPage> {
    let reached: number | undefined
    const take = async function* (history: History) {
      for (let page = await history.#take(); page !== undefined; page = await history.#take()) {
        reached = page.at(-1)?.position ?? reached
        yield page
      }
    }
    return {
      [Symbol.asyncIterator]: () => {
        const pages = reached === undefined ? take(this) : this.#reread(from, reached)
        return pages[Symbol.asyncIterator]()
      },
    }
  }

  async #take(): Promise<EventPage | undefined> {
    if (!(await this.hasMore())) return undefined
    const next = await this.#next
    this.#next = undefined
    return next?.value
  }

  async close(): Promise<void> {
    await this.#pages.return?.()
  }
}
