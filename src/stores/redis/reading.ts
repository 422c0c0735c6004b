/** Pages of events, forwards and backwards. */
import type { RecordedEvent } from '../../events/index.ts'
import {
  type EventFilter,
  isInPartition,
  type Page,
  type PageSource,
  type ReadOptions,
  type ReadStreamOptions,
} from '../../store/index.ts'
import { headKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'
import { decodeEvent } from './stored-event.ts'

/** What is left to read: after `low`, up to and with `high`. */
export interface Span {
  readonly low: number
  readonly high: number | undefined
}

/** A page of a log, and where the log stood when it was read. */
export interface LogPage extends Page<Span> {
  readonly head: number
}

/** How many events are asked for at the least where only a share of them is wanted. */
const PARTITION_PAGE = 1_000

export function streamSource(context: RedisLogContext, stream: string, options: ReadStreamOptions): PageSource<Span> {
  const { fromVersion = 1, toVersion, direction = 'forwards', limit, signal } = options
  return {
    start: { low: Math.max(fromVersion, 1) - 1, high: toVersion },
    limit,
    signal,
    fetch: async (span, size) => {
      const values = [stream, ...encodeSpan(span), direction, String(size)]
      const reply = await context.read({ name: 'read_stream', key: headKey(context.log), values })
      const [, place, texts] = reply as PageReply
      return { events: texts.map(decodeEvent), next: toNext(place, span, direction) }
    },
  }
}

export function logSource(context: RedisLogContext, options: ReadOptions): PageSource<Span> {
  const { after = 0, upTo, limit, signal } = options
  return {
    start: { low: after, high: upTo },
    limit,
    signal,
    fetch: (span, size) => fetchLogPage(context, options, span, size),
  }
}

export async function fetchLogPage(
  context: RedisLogContext,
  options: ReadOptions,
  span: Span,
  size: number,
): Promise<LogPage> {
  const { direction = 'forwards', partition } = options
  const count = String(partition === undefined ? size : Math.max(size, PARTITION_PAGE))
  const values = [...encodeSpan(span), direction, count, ...encodeFilter(options)]
  const [head, place, texts] = (await context.read({ name: 'read', key: headKey(context.log), values })) as PageReply
  const events = texts.map(decodeEvent)
  const page = { head, events, next: toNext(place, span, direction) }
  if (partition === undefined) return page
  // Redis does one thing at a time: to weigh every event is left to the readers, who are many.
  const share = events.filter(({ stream }) => isInPartition(stream.name, partition))
  return cutPage({ ...page, events: share }, span, size, direction)
}

/** Where a share holds more than is wanted, the rest of it is for the next page. */
function cutPage(page: LogPage, span: Span, size: number, direction: ReadOptions['direction'] = 'forwards'): LogPage {
  if (page.events.length <= size) return page
  const events = page.events.slice(0, size)
  const { position } = events.at(-1) as RecordedEvent
  return {
    ...page,
    events,
    next: direction === 'forwards' ? { ...span, low: position } : { ...span, high: position - 1 },
  }
}

type PageReply = readonly [end: number, next: number | '', texts: string[]]

function encodeSpan({ low, high }: Span): string[] {
  return [String(low), high === undefined ? '' : String(high)]
}

function encodeFilter({ category = '', types = [], tags = [], correlationId = '', ids = [] }: EventFilter): string[] {
  return [category, ...encodeList(types), ...encodeList(tags), correlationId, ...encodeList(ids)]
}

function encodeList(list: readonly string[]): string[] {
  return [String(list.length), ...list]
}

function toNext(place: number | '', span: Span, direction: ReadOptions['direction']): Span | undefined {
  if (place === '') return undefined
  return direction === 'backwards' ? { ...span, high: place } : { ...span, low: place }
}
