/** Which statement answers which question, and how a page's end is known. */
import type { RecordedEvent } from '../../events/index.ts'
import type { EventFilter, Page, PageSource, ReadOptions, ReadStreamOptions } from '../../store/index.ts'
import { textArray, uuidArray } from './binary-arrays.ts'
import type { Database, Session } from './database.ts'
import { decodeEvent, weightBound } from './decode-event.ts'
import { pageStatement, type ReadFile, type Row } from './statements.ts'

/** A page is cut where what stands before weighs this much: the same number as in page.sql. */
const PAGE_BYTES = 4_194_304
/** PostgreSQL's largest integer and bigint: no bound. */
const NO_VERSION_BOUND = 2_147_483_647
const NO_POSITION_BOUND = '9223372036854775807'

/** What is left to read: after `low`, up to and with `high`. */
export interface Span {
  readonly low: number
  readonly high: number | undefined
}

export function streamSource(
  database: Database,
  log: string,
  stream: string,
  options: ReadStreamOptions,
): PageSource<Span> {
  const { fromVersion = 1, toVersion, direction = 'forwards', limit, signal } = options
  const page = pageStatement('read-stream', direction)
  return {
    start: { low: Math.max(fromVersion, 1) - 1, high: toVersion },
    limit,
    signal,
    fetch: async (span, size) => {
      const from = Math.min(span.low + 1, NO_VERSION_BOUND)
      const to = Math.min(span.high ?? NO_VERSION_BOUND, NO_VERSION_BOUND)
      const rows = await database.query(page, [log, stream, from, to, size])
      return toPage(rows, size, span, direction, (event) => event.version)
    },
  }
}

export function logSource(database: Session, log: string, options: ReadOptions): PageSource<Span> {
  const { after = 0, upTo, direction = 'forwards', limit, signal } = options
  return {
    start: { low: after, high: upTo },
    limit,
    signal,
    fetch: async (span, size) => {
      const rows = await queryLog(database, log, options, span, size)
      return toPage(rows, size, span, direction, (event) => event.position)
    },
  }
}

/** The rows of one page of a log. */
function queryLog(database: Session, log: string, options: ReadOptions, span: Span, size: number): Promise<Row[]> {
  const file = leadingIndex(options)
  const filterValues = [
    options.partition?.count ?? null,
    options.partition?.index ?? null,
    options.category ?? null,
    // Each once: a type that is walked twice would give its events twice.
    options.types?.length ? textArray([...new Set(options.types)]) : null,
    options.tags?.length ? textArray(options.tags) : null,
    options.correlationId ?? null,
    options.ids?.length ? uuidArray([...new Set(options.ids)]) : null,
  ]
  const values = [log, span.low, span.high ?? NO_POSITION_BOUND, size, ...filterValues]
  const page = pageStatement(file, options.direction ?? 'forwards')
  return database.query(page, values.slice(0, PARAMETERS[file]))
}

/** How many of the parameters the file speaks of. */
const PARAMETERS: Record<ReadFile, number> = {
  'read-stream': 5,
  'read-log': 6,
  'read-category': 7,
  'read-types': 8,
  'read-tags': 9,
  'read-correlated': 10,
  'read-ids': 11,
}

/** The rarer the term, the better it leads: an id is rarer than a tag, a tag than a type, a type than a category. */
function leadingIndex({ category, types, tags, correlationId, ids }: EventFilter): ReadFile {
  if (ids?.length) return 'read-ids'
  if (correlationId !== undefined) return 'read-correlated'
  if (tags?.length) return 'read-tags'
  if (types?.length) return 'read-types'
  return category === undefined ? 'read-log' : 'read-category'
}

function toPage(
  rows: readonly Row[],
  size: number,
  span: Span,
  direction: 'forwards' | 'backwards',
  placeOf: (event: RecordedEvent) => number,
): Page<Span> {
  const last = rows.at(-1)
  const isLast = last === undefined || isEnd(rows, size)
  const next = isLast ? undefined : toNext(span, direction, placeOf(decodeEvent(last)))
  return new LazyPage(rows, next)
}

/** Its rows are decoded when they are first looked at. */
class LazyPage implements Page<Span> {
  readonly next: Span | undefined
  #rows: readonly Row[]
  #events: readonly RecordedEvent[] | undefined

  constructor(rows: readonly Row[], next: Span | undefined) {
    this.#rows = rows
    this.next = next
  }

  get events(): readonly RecordedEvent[] {
    this.#events ??= this.#rows.map(decodeEvent)
    this.#rows = []
    return this.#events
  }
}

function toNext(span: Span, direction: 'forwards' | 'backwards', place: number): Span {
  return direction === 'forwards' ? { ...span, low: place } : { ...span, high: place - 1 }
}

/** A short page is the last one, unless it may have been cut for its weight. */
function isEnd(rows: readonly Row[], size: number): boolean {
  if (rows.length >= size) return false
  return rows.reduce((sum, row) => sum + weightBound(row), 0) < PAGE_BYTES
}
