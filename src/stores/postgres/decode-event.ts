import { type RecordedEvent, toStreamName } from '../../events/index.ts'
import type { Row } from './statements.ts'

/** The columns of a page: see page.sql. */
type EventRow = readonly [
  position: string,
  stream: string,
  version: string,
  id: string,
  type: string,
  schemaVersion: string,
  data: string,
  metadata: string,
  tags: string | null,
  recordedAtMs: string,
]

export function decodeEvent(row: Row): RecordedEvent {
  const [position, stream, version, id, type, schemaVersion, data, metadata, tags, recordedAtMs] = row as EventRow
  return {
    id,
    type,
    data: JSON.parse(data),
    schemaVersion: Number(schemaVersion),
    metadata: metadata === '{}' ? {} : JSON.parse(metadata),
    tags: tags === null ? [] : JSON.parse(tags),
    stream: toStreamName(stream),
    version: Number(version),
    position: Number(position),
    recordedAt: new Date(Math.round(Number(recordedAtMs))),
  }
}

/** More than the row's data and its header weigh in the server: a UTF-16 unit is at most three bytes of UTF-8. */
export function weightBound(row: Row): number {
  return 3 * ((row as EventRow)[6].length + 8)
}
