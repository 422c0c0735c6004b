import type { ListStreamsOptions, StreamInfo } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

const PAGE_SIZE = 1_000
/** Comes after every name in the byte order of UTF-8. */
const AFTER_ALL = '\u{10FFFF}'.repeat(128)

/** By name. The streams of a category are those between `category-` and `category.`, the hyphen's next character. */
export async function* listStreams(
  database: Database,
  log: string,
  { category, after = '', limit = Number.POSITIVE_INFINITY, signal }: ListStreamsOptions,
): AsyncGenerator<StreamInfo> {
  const start = category === undefined ? '' : `${category}-`
  const end = category === undefined ? AFTER_ALL : `${category}.`
  let last = Buffer.compare(Buffer.from(after), Buffer.from(start)) > 0 ? after : start
  let remaining = limit
  while (remaining > 0) {
    signal?.throwIfAborted()
    const size = Math.min(PAGE_SIZE, remaining)
    const rows = await database.query(statement('list-streams'), [log, last, end, size])
    for (const [stream, version] of rows) {
      last = stream as string
      yield { stream: last, version: Number(version) }
      signal?.throwIfAborted()
    }
    remaining -= rows.length
    if (rows.length < size) return
  }
}
