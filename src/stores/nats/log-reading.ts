/**
 * A log's events by position, filtered: by category on the server, by the rest here. A reading ends where the log's
 * leader says that it ended when the reading began, so that it has everything that was acknowledged before.
 */
import type { RecordedEvent } from '../../events/index.ts'
import {
  type EventFilter,
  isInPartition,
  matchesTerms,
  type Page,
  type PageSource,
  type ReadOptions,
} from '../../store/index.ts'
import { Feed } from './feed.ts'
import type { LogStream } from './log-stream.ts'
import { Assembler, lastPositionAt, type StoredMessage, sequenceAt } from './record.ts'
import type { Records } from './records.ts'

/** What is known to be there comes at once, but from a copy of the log that lags. */
const LAG_WAIT_MS = 2_000
/** Messages that are looked through at once, backwards. */
const LARGEST_FIRST_WINDOW = 100
const LARGEST_WINDOW = 50_000
const WINDOW_PAGE = 1_000

export interface LogReading {
  readonly stream: LogStream
  readonly records: Records
  /** Where the events of a subject end now: the sequence of the last message; 0 when there is none. */
  askEnd(subject: string): Promise<number>
  /** Runs what may be run again until it succeeds. */
  retry<T>(work: () => Promise<T>): Promise<T>
}

/** What is left to read: after `after`, up to and with `upTo`. */
export interface LogSpan {
  readonly after: number
  readonly upTo: number
  /** The sequence of the last message that is wanted, once known. */
  readonly end?: number
  /** Forwards: what goes on with the next page. */
  readonly scan?: Scan
  /** Backwards: how many messages to look through. */
  readonly window?: number
}

export function logSource(reading: LogReading, options: ReadOptions): PageSource<LogSpan> {
  const { after = 0, upTo = Number.MAX_SAFE_INTEGER, direction = 'forwards', limit, signal } = options
  const fetch = direction === 'forwards' ? fetchForwards : fetchBackwards
  const search = { reading, filter: options, subject: toSubject(reading, options) }
  return {
    start: { after, upTo },
    limit,
    signal,
    fetch: (span, size) => reading.retry(() => fetch(search, span, size)),
  }
}

interface Search {
  readonly reading: LogReading
  readonly filter: EventFilter
  readonly subject: string
}

function toSubject({ stream: { subjects } }: LogReading, { category }: EventFilter): string {
  return category === undefined ? subjects.events : subjects.ofCategory(category)
}

async function fetchForwards(search: Search, span: LogSpan, size: number): Promise<Page<LogSpan>> {
  const end = await findEnd(search, span)
  if (end === 0) return { events: [], next: undefined }
  const scan = span.scan ?? new Scan(search.reading, search.filter, span.after)
  const last = Math.min(span.upTo, lastPositionAt(end))
  const { searchedTo } = scan
  if (searchedTo < last) await scan.look(size, LAG_WAIT_MS)
  // The copy that the consumer reads lags: the next one may be made on another.
  if (searchedTo < last && scan.searchedTo === searchedTo && scan.isEmpty) scan.end()
  const events = scan.take(size, last)
  const isDone = scan.isEmpty && scan.searchedTo >= last
  if (isDone) scan.end()
  return { events, next: isDone ? undefined : { ...span, end, scan } }
}

async function findEnd({ reading, subject }: Search, { after, upTo, end }: LogSpan): Promise<number> {
  if (after >= upTo) return 0
  return end ?? Math.min(await reading.askEnd(subject), sequenceAt(upTo))
}

/** A walk through the log, a pull of messages at a time. */
export class Scan {
  /** Up to and with this position everything that matches has been found. */
  searchedTo: number
  readonly #reading: LogReading
  readonly #filter: EventFilter
  readonly #feed: Feed
  readonly #assembler = new Assembler()
  /** The first message that has not been looked at. */
  #from: number
  #found: RecordedEvent[] = []

  constructor(reading: LogReading, filter: EventFilter, after: number) {
    this.#reading = reading
    this.#filter = filter
    this.#feed = new Feed(reading.stream, toSubject(reading, filter))
    this.searchedTo = after
    this.#from = sequenceAt(after + 1)
  }

  get isEmpty(): boolean {
    return this.#found.length === 0
  }

  /** Looks at the next messages, if nothing is left that was found before. */
  async look(size: number, waitMs: number): Promise<void> {
    if (!this.isEmpty) return
    const messages = await this.#feed.take(this.#from, { size, waitMs })
    const found = await find({ ...this.#reading, filter: this.#filter }, messages, this.#assembler, this.searchedTo)
    this.#found = found.events
    this.searchedTo = found.searchedTo
    this.#from = (messages.at(-1)?.sequence ?? this.#from - 1) + 1
  }

  /** Takes what was found, at most `size` of it and nothing beyond `last`. */
  take(size: number, last: number): RecordedEvent[] {
    if (this.searchedTo > last) this.#found = this.#found.filter(({ position }) => position <= last)
    return this.#found.length <= size ? this.#found.splice(0) : this.#found.splice(0, size)
  }

  end(): void {
    this.#feed.end()
  }
}

interface Finding extends LogReading {
  readonly filter: EventFilter
}

/** Category and partition are looked at before: they are in a message's subject. */
function matches(event: RecordedEvent, { types = [], tags = [], ids = [], correlationId }: EventFilter): boolean {
  if (ids.length > 0 && !ids.includes(event.id)) return false
  if (correlationId !== undefined && event.metadata.correlationId !== correlationId) return false
  return matchesTerms(event, types, tags)
}

/** The events of messages that match, and how far the log was searched for them. */
async function find(finding: Finding, messages: readonly StoredMessage[], assembler: Assembler, after: number) {
  const { filter, stream } = finding
  const { partition } = filter
  const events: RecordedEvent[] = []
  let searchedTo = after
  for (const message of messages) {
    const isWanted = partition === undefined || isInPartition(stream.subjects.toStream(message.subject), partition)
    if (isWanted) {
      const found = eventsAt(finding, message, assembler)
      const inside = found instanceof Promise ? await found : found
      // A part that is not the last one: the record is still to come.
      if (inside === undefined) continue
      events.push(...inside.filter((event) => event.position > after && matches(event, filter)))
    }
    searchedTo = Math.max(after, lastPositionAt(message.sequence))
  }
  return { events, searchedTo }
}

type Inside = RecordedEvent[] | undefined

/** A promise only where something must be fetched: one for each message would cost as much as all the rest. */
function eventsAt({ records }: Finding, message: StoredMessage, assembler: Assembler): Inside | Promise<Inside> {
  if (assembler.misses(message)) {
    return records.assemble(assembler, message).then((record) => record && records.toEvents(record))
  }
  const record = assembler.add(message)
  if (record === undefined) return undefined
  return record.parsed.behind === undefined ? records.toEventsOfFirst(record) : records.toEvents(record)
}

async function fetchBackwards(search: Search, span: LogSpan, size: number): Promise<Page<LogSpan>> {
  const end = await findEnd(search, span)
  const first = sequenceAt(span.after + 1)
  if (end === 0 || first > end) return { events: [], next: undefined }
  const window = span.window ?? Math.min(size, LARGEST_FIRST_WINDOW)
  const from = Math.max(first, end - window + 1, 1)
  const found = await findInWindow(search, { ...span, end }, from)
  const events = found.reverse().slice(0, size)
  const last = events.at(-1)
  if (found.length > size && last !== undefined) {
    return { events, next: { ...span, upTo: last.position - 1, end: sequenceAt(last.position), window } }
  }
  const wider = Math.min(2 * window, LARGEST_WINDOW)
  const next = { ...span, end: from - 1, window: found.length < size ? wider : window }
  return { events, next: from > Math.max(first, 1) ? next : undefined }
}

/** Everything that matches in the messages from one to the end of the span. */
async function findInWindow(
  { reading, filter, subject }: Search,
  { after, upTo, end }: LogSpan & { readonly end: number },
  first: number,
): Promise<RecordedEvent[]> {
  const assembler = new Assembler()
  const events: RecordedEvent[] = []
  for (let from = first; from <= end; ) {
    const count = Math.min(end - from + 1, WINDOW_PAGE)
    const messages = await reading.records.next({ subject, from, end, count })
    const inside = messages.filter(({ sequence }) => sequence <= end)
    const found = await find({ ...reading, filter }, inside, assembler, after)
    for (const event of found.events) if (event.position <= upTo) events.push(event)
    from = (messages.at(-1)?.sequence ?? from) + 1
  }
  return events
}
