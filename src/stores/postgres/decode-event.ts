import type { JsonValue, Metadata } from '../../events/index.ts'
import { type RecordedEvent, toStreamName } from '../../events/index.ts'
import type { Row } from './statements.ts'

/** The columns of an event: see page.sql. */
type EventRow = readonly [stream: string, id: string, type: string, tags: string | null, rest: string]

/** What is parsed at once, which costs less than as many columns. */
type Rest = readonly [
  position: number,
  version: number,
  schemaVersion: number,
  recordedAtMs: number,
  metadata: Metadata,
  data: JsonValue,
]

export function decodeEvent(row: Row): RecordedEvent {
  const [stream, id, type, tags, rest] = row as EventRow
  const [position, version, schemaVersion, recordedAtMs, metadata, data] = JSON.parse(rest) as Rest
  return {
    id,
    type,
    data,
    schemaVersion,
    metadata,
    tags: tags === null ? [] : JSON.parse(tags),
    stream: toStreamName(stream),
    version,
    position,
    recordedAt: new Date(Math.round(recordedAtMs)),
  }
}

/** More than the row's data and its header weigh in the server: a UTF-16 unit is at most three bytes of UTF-8. */
export function weightBound(row: Row): number {
  return 3 * ((row as EventRow)[4].length + 8)
}
