/** Pages of events, forwards and backwards. */
import { setImmediate as nextTurn } from 'node:timers/promises'
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
import { decodeEvents } from './stored-event.ts'

/** What is left to read: after `low`, up to and with `high`. */
export interface Span {
  readonly low: number
  readonly high: number | undefined
  /** What comes next, where it was asked for already. */
  readonly ahead?: Promise<PageReply>
}

/** A page of a log, and where the log stood when it was read. */
export interface LogPage extends Page<Span> {
  readonly head: number
}

/** After a page of so many events there are likely more, and somebody who wants them. */
const AHEAD_FROM = 500
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
      const [, place, parts] = reply as PageReply
      return { events: decodeEvents(parts), next: toNext(place, span, direction) }
    },
  }
}

export function logSource(context: RedisLogContext, options: ReadOptions): PageSource<Span> {
  const { after = 0, upTo, limit, signal } = options
  return {
    start: { low: after, high: upTo },
    limit,
    signal,
    fetch: (span, size) => fetchLogPage(context, options, { span, size, readsAhead: limit === undefined }),
  }
}

export interface LogPageRequest {
  readonly span: Span
  readonly size: number
  /** Whether the page after a long one is asked for at once. */
  readonly readsAhead?: boolean
}

export async function fetchLogPage(
  context: RedisLogContext,
  options: ReadOptions,
  { span, size, readsAhead = false }: LogPageRequest,
): Promise<LogPage> {
  const { direction = 'forwards', partition } = options
  const [head, place, parts] = await (span.ahead ?? requestLogPage(context, options, span, size))
  const next = toNext(place, span, direction)
  const isLong = partition === undefined && parts.length >= AHEAD_FROM * 2
  const ahead =
    next && readsAhead && isLong ? await startAhead(requestLogPage(context, options, next, size)) : undefined
  const events = decodeEvents(parts)
  const page = { head, events, next: ahead === undefined ? next : { ...(next as Span), ahead: ahead.reply } }
  if (partition === undefined) return page
  // Redis does one thing at a time: to weigh every event is left to the readers, who are many.
  const share = events.filter(({ stream }) => isInPartition(stream.name, partition))
  return cutPage({ ...page, events: share }, span, size, direction)
}

/** A page's request on its way, so that the server works on it while the page before is taken apart. */
async function startAhead(reply: Promise<PageReply>): Promise<{ reply: Promise<PageReply> }> {
  // It fails whoever looks at it, if anybody does.
  reply.catch(() => {})
  // In the turn between these two the driver writes it.
  await nextTurn()
  await nextTurn()
  return { reply }
}

async function requestLogPage(
  context: RedisLogContext,
  options: ReadOptions,
  span: Span,
  size: number,
): Promise<PageReply> {
  const { direction = 'forwards', partition } = options
  const count = String(partition === undefined ? size : Math.max(size, PARTITION_PAGE))
  const values = [...encodeSpan(span), direction, count, ...encodeFilter(options)]
  return (await context.read({ name: 'read', key: headKey(context.log), values })) as PageReply
}

/** Where a share holds more than is wanted, the rest of it is for the next page. */
function cutPage(page: LogPage, span: Span, size: number, direction: ReadOptions['direction'] = 'forwards'): LogPage {
  if (page.events.length <= size) return page
  const events = page.events.slice(0, size)
  const { position } = events.at(-1) as RecordedEvent
  return {
    ...page,
    events,
    next: direction === 'forwards' ? { low: position, high: span.high } : { low: span.low, high: position - 1 },
  }
}

type PageReply = readonly [end: number, next: number | '', parts: string[]]

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
  const { low, high } = span
  return direction === 'backwards' ? { low, high: place } : { low: place, high }
}
