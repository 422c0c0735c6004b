/** A stream's events by version: from copies of the log, up to where its leader says that the stream ends. */
import type { RecordedEvent } from '../../events/index.ts'
import type { Page, PageSource, ReadStreamOptions } from '../../store/index.ts'
import { type Head, NO_HEAD } from './heads.ts'
import { Assembler, type StoredRecord } from './record.ts'
import type { Records } from './records.ts'

/** Up to so many events are read and dropped rather than looked for. */
const FEW_EVENTS = 100

/** What is left to read. */
export interface StreamSpan {
  readonly from: number
  readonly to: number
  /** Where the version `from` begins, once known. */
  readonly sequence?: number
  /** Where the stream ended when the reading began. */
  readonly end?: Head
}

export interface StreamReading {
  readonly subject: string
  readonly records: Records
  /** Where the stream ends now. */
  askEnd(): Promise<Head>
  /** Runs what may be run again until it succeeds. */
  retry<T>(work: () => Promise<T>): Promise<T>
}

export function streamSource(reading: StreamReading, options: ReadStreamOptions): PageSource<StreamSpan> {
  const { fromVersion = 1, toVersion = Number.POSITIVE_INFINITY, direction = 'forwards', limit, signal } = options
  const fetch = direction === 'forwards' ? fetchForwards : fetchBackwards
  return {
    start: { from: Math.max(fromVersion, 1), to: toVersion },
    limit,
    signal,
    fetch: (span, size) => reading.retry(() => fetchSpan(reading, span, (bounded) => fetch(reading, bounded, size))),
  }
}

type BoundedSpan = Required<Omit<StreamSpan, 'sequence'>> & Pick<StreamSpan, 'sequence'>

async function fetchSpan(
  reading: StreamReading,
  span: StreamSpan,
  fetch: (span: BoundedSpan) => Promise<Page<StreamSpan>>,
): Promise<Page<StreamSpan>> {
  const end = span.end ?? (span.from > span.to ? NO_HEAD : await reading.askEnd())
  const to = Math.min(span.to, end.version)
  return span.from > to ? { events: [], next: undefined } : await fetch({ ...span, to, end })
}

async function fetchForwards(reading: StreamReading, span: BoundedSpan, size: number): Promise<Page<StreamSpan>> {
  const { from, to } = span
  const sequence = span.sequence ?? (await findBeginning(reading, from, span.end))
  const until = Math.min(to, from + size - 1)
  const read = await readRecords(reading, { ...span, sequence, to: until })
  const last = read.events.at(-1)?.version ?? from - 1
  return { events: read.events, next: last < to ? { ...span, from: last + 1, sequence: read.sequence } : undefined }
}

async function fetchBackwards(reading: StreamReading, span: BoundedSpan, size: number): Promise<Page<StreamSpan>> {
  const from = Math.max(span.from, span.to - size + 1)
  const events: RecordedEvent[] = []
  let sequence = await findBeginning(reading, from, span.end)
  // A page that is cut for its weight is no page of its end.
  for (let next = from; next <= span.to; next = (events.at(-1)?.version ?? next) + 1) {
    const read = await readRecords(reading, { ...span, from: next, sequence })
    events.push(...read.events)
    sequence = read.sequence
  }
  const next = from > span.from ? { from: span.from, to: from - 1, end: span.end } : undefined
  return { events: events.reverse(), next }
}

async function findBeginning({ records, subject }: StreamReading, version: number, end: Head): Promise<number> {
  return version <= FEW_EVENTS ? 1 : await records.seek(subject, version, end.sequence)
}

interface ReadSpan extends BoundedSpan {
  readonly sequence: number
}

/** Events of the span, at least one, and where the next of them is found. */
async function readRecords({ records, subject }: StreamReading, span: ReadSpan): Promise<Read> {
  const { to, end } = span
  const read: Read = { events: [], next: span.from, sequence: span.sequence }
  const assembler = new Assembler()
  for (let from = span.sequence; read.events.length === 0; ) {
    const messages = await records.next({ subject, from, end: end.sequence, count: to - read.next + 1 })
    for (const message of messages) {
      from = message.sequence + 1
      const record = assembler.add(message)
      if (record !== undefined) addEvents(read, await records.toEvents(record), record, to)
      if (read.next > to) break
    }
  }
  return read
}

interface Read {
  readonly events: RecordedEvent[]
  /** The version that is wanted next. */
  next: number
  /** Where its record begins. */
  sequence: number
}

function addEvents(read: Read, found: readonly RecordedEvent[], record: StoredRecord, to: number): void {
  for (const event of found) {
    if (event.version !== read.next || event.version > to) continue
    read.events.push(event)
    read.next++
  }
  // A record that is wanted only in part is read once more for the rest.
  read.sequence = (found.at(-1)?.version ?? 0) < read.next ? record.sequence + 1 : record.beginning
}
