import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RecordedEvent } from '../events/index.ts'
import type { EventReader } from './port.ts'
import { unlessAborted } from './unless-aborted.ts'

/** What one look at the store gave. */
export interface Page<Cursor> {
  /** Best made when they are first looked at: by then the next page has been asked for. */
  readonly events: readonly RecordedEvent[]
  /** Where to go on; undefined when there is no more. */
  readonly next: Cursor | undefined
}

export interface PageSource<Cursor> {
  readonly start: Cursor
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** At most `size` events from `cursor` on. */
  fetch(cursor: Cursor, size: number): Promise<Page<Cursor>>
}

/** Few enough that a first page comes quickly, and one read of a usual stream is one page. */
const FIRST_PAGE = 500
/**
 * Beyond this a page costs what its events cost, and the more of them are held at a time, the more there is for the
 * garbage collector to copy; the engine also bounds a page in bytes.
 */
const LARGEST_PAGE = 1_000

/**
 * Reads page by page, and fetches the next page while this one is taken apart and consumed. At most two pages are
 * in memory.
 */
export function pagedReader<Cursor>(source: PageSource<Cursor>): EventReader {
  return toReader(() => pages(source), { signal: source.signal, onAbort: 'throw' })
}

export interface Abort {
  readonly signal: AbortSignal | undefined
  /** What an iteration does when the signal is aborted between two events. */
  readonly onAbort: 'throw' | 'end'
}

type Batches = AsyncGenerator<readonly RecordedEvent[]>

/** An EventReader over anything that gives batches. */
export function toReader(batches: () => Batches, abort: Abort): EventReader {
  const reader: EventReader = {
    batches,
    [Symbol.asyncIterator]: () => new EventIterator(batches(), abort),
    async toArray() {
      const all: RecordedEvent[] = []
      for await (const batch of batches()) for (const event of batch) all.push(event)
      return all
    },
  }
  ABORTS.set(reader, abort)
  return reader
}

/** When readers end that were made here: at an abort, and when their store is closed. */
const ABORTS = new WeakMap<EventReader, Abort>()

/**
 * The same reader with its batches passed through `pass`, at no cost to a single event.
 * @param abort for a reader that was not made here, of which no more is known
 */
export function passBatches(
  reader: EventReader,
  pass: (batches: AsyncIterable<readonly RecordedEvent[]>) => Batches,
  abort: Abort,
): EventReader {
  return toReader(() => pass(reader.batches()), ABORTS.get(reader) ?? abort)
}

async function* pages<Cursor>(source: PageSource<Cursor>): Batches {
  // One of our own for each iteration: many readers on one signal of the caller's would look like a leak to Node.
  const signal = source.signal && AbortSignal.any([source.signal])
  let remaining = source.limit ?? Number.POSITIVE_INFINITY
  let size = FIRST_PAGE
  const fetchNext = (cursor: Cursor) => {
    signal?.throwIfAborted()
    const fetched = source.fetch(cursor, Math.min(size, remaining))
    size = LARGEST_PAGE
    // A consumer that stops early never looks at the page fetched ahead; its failure must not become unhandled.
    fetched.catch(() => {})
    return fetched
  }
  let pending = remaining > 0 ? fetchNext(source.start) : undefined
  while (pending !== undefined) {
    let page: Page<Cursor> | undefined = await unlessAborted(pending, signal)
    if (source.limit !== undefined) remaining -= page.events.length
    pending = page.next !== undefined && remaining > 0 ? fetchNext(page.next) : undefined
    // The driver writes the request before the next turn: the engine works on it while this page is taken apart.
    if (pending !== undefined) await nextTurn()
    if (page.events.length > 0) yield page.events
    // Else the garbage collector would copy it about while the next is waited for.
    page = undefined
    signal?.throwIfAborted()
  }
}

/**
 * One event at a time out of batches. A generator would cost a promise more for every event. As with a generator,
 * several calls of `next` may be under way: they share the fetch of a batch and take its events in turn.
 */
class EventIterator implements AsyncIterator<RecordedEvent> {
  readonly #batches: AsyncGenerator<readonly RecordedEvent[]>
  readonly #abort: Abort
  #batch: readonly RecordedEvent[] = []
  #next = 0
  #fetching: Promise<void> | undefined
  #ended = false

  constructor(batches: AsyncGenerator<readonly RecordedEvent[]>, abort: Abort) {
    this.#batches = batches
    this.#abort = abort
  }

  async next(): Promise<IteratorResult<RecordedEvent>> {
    if (this.#abort.signal?.aborted) await this.#stop()
    while (this.#next >= this.#batch.length) {
      if (this.#ended) return { value: undefined, done: true }
      this.#fetching ??= this.#fetch()
      await this.#fetching
    }
    return { value: this.#batch[this.#next++] as RecordedEvent, done: false }
  }

  async #fetch(): Promise<void> {
    this.#batch = []
    this.#next = 0
    try {
      const { value, done } = await this.#batches.next()
      if (done) this.#ended = true
      else this.#batch = value
    } catch (error) {
      this.#ended = true
      throw error
    } finally {
      this.#fetching = undefined
    }
  }

  /** Aborted: what is left of the batch is not wanted any more. */
  async #stop(): Promise<void> {
    if (this.#ended) return
    await this.return()
    if (this.#abort.onAbort === 'throw') this.#abort.signal?.throwIfAborted()
  }

  async return(): Promise<IteratorResult<RecordedEvent>> {
    this.#ended = true
    this.#batch = []
    await this.#batches.return(undefined)
    return { value: undefined, done: true }
  }
}
