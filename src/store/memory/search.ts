import type { RecordedEvent } from '../../events/index.ts'
import type { Page } from '../event-reader.ts'
import type { Direction, ListStreamsOptions, StreamInfo } from '../port.ts'
import type { TailPage } from '../tail.ts'
import { type Book, type StoredEvent, toRecorded } from './book.ts'

/** A part of a list of events, by their places in it, which run from 1: versions in a stream, positions in a log. */
export interface Span {
  readonly first: number
  readonly last: number
  readonly direction: Direction
  accepts(event: StoredEvent): boolean
}

/** Where a search of the span begins. The list may grow before it does. */
export function startOf({ first, last, direction }: Span): number {
  return direction === 'forwards' ? Math.max(first, 1) : last
}

/** The next events of the span, from the place `cursor` on, at most `size` of them. */
export function fetchPage(list: readonly StoredEvent[], span: Span, cursor: number, size: number): Page<number> {
  const step = span.direction === 'forwards' ? 1 : -1
  const end = step === 1 ? Math.min(span.last, list.length) + 1 : Math.max(span.first, 1) - 1
  const events: RecordedEvent[] = []
  let place = step === 1 ? cursor : Math.min(cursor, list.length)
  const isInside = () => (end - place) * step > 0
  for (; isInside() && events.length < size; place += step) {
    const event = list[place - 1] as StoredEvent
    if (span.accepts(event)) events.push(toRecorded(event))
  }
  return { events, next: isInside() ? place : undefined }
}

/** The same for a tail, which goes on where this has looked. */
export function fetchTailPage(book: Book, accepts: Span['accepts'], after: number, size: number): TailPage {
  const span: Span = { first: after + 1, last: Number.POSITIVE_INFINITY, direction: 'forwards', accepts }
  const { events, next } = fetchPage(book.events, span, after + 1, size)
  return { events, searchedTo: next === undefined ? book.head : next - 1, caughtUp: next === undefined }
}

/** By bisection: the position of the last event recorded at or before `timeMs`. */
export function findPositionAt(book: Book, timeMs: number): number {
  let low = 0
  let high = book.head
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((book.events[middle] as StoredEvent).recordedAtMs <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}

export function listStreams(book: Book, { category, after, limit }: ListStreamsOptions): StreamInfo[] {
  const afterBytes = Buffer.from(after ?? '')
  return [...book.streams.values()]
    .map((events) => ({ events, name: events[0]?.stream }))
    .flatMap(({ events, name }) => (name === undefined ? [] : [{ ...name, version: events.length }]))
    .filter((stream) => category === undefined || stream.category === category)
    .map(({ name, version }) => ({ bytes: Buffer.from(name), info: { stream: name, version } }))
    .filter(({ bytes }) => Buffer.compare(bytes, afterBytes) > 0)
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .slice(0, limit)
    .map(({ info }) => info)
}
