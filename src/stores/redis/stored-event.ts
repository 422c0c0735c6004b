/**
 * An event as Redis holds it: one JSON array. The server puts the first three numbers before what the client sends, so
 * that neither it nor a reader takes an event apart more than once.
 */
import { type EncodedEvent, type RecordedEvent, toStreamName } from '../../events/index.ts'
import { MAX_CORRELATION_ID_LENGTH } from '../../store/index.ts'

type StoredEvent = readonly [
  position: number,
  version: number,
  recordedAtMs: number,
  stream: string,
  id: string,
  type: string,
  schemaVersion: number,
  data: unknown,
  metadata: RecordedEvent['metadata'],
  tags: readonly string[],
]

/** What follows the three numbers, to the closing bracket. */
function encodeBody(stream: string, { id, type, schemaVersion, data, metadata, tags }: EncodedEvent): string {
  const tagsText = tags.length === 0 ? '[]' : JSON.stringify(tags)
  const names = `${JSON.stringify(stream)},"${id}",${JSON.stringify(type)}`
  return `${names},${schemaVersion},${data},${metadata},${tagsText}]`
}

/** As `take_event` in lua/record.lua takes it. */
export function pushEvent(values: string[], stream: string, event: EncodedEvent): void {
  const { id, type, schemaVersion, tags } = event
  values.push(id, type, String(schemaVersion), encodeBody(stream, event), correlationOf(event))
  values.push(String(tags.length), ...tags)
}

/** What a filter may ask for; empty where there is nothing that it could. */
function correlationOf({ metadata }: EncodedEvent): string {
  if (!metadata.includes('"correlationId"')) return ''
  const { correlationId } = JSON.parse(metadata)
  return typeof correlationId === 'string' && correlationId.length <= MAX_CORRELATION_ID_LENGTH ? correlationId : ''
}

export function decodeEvent(text: string): RecordedEvent {
  const [position, version, recordedAtMs, stream, id, type, schemaVersion, data, metadata, tags] = JSON.parse(
    text,
  ) as StoredEvent
  return {
    id,
    type,
    data,
    schemaVersion,
    metadata,
    tags,
    stream: toStreamName(stream),
    version,
    position,
    recordedAt: new Date(recordedAtMs),
  }
}
