/**
 * An event as Redis holds it: one JSON array in two parts. The first has the three numbers that only the server knows, the
 * second is what the client sends, so that the server never takes an event apart.
 */
import { type EncodedEvent, type RecordedEvent, toStreamName } from '../../events/index.ts'

type StoredEvent = readonly [
  position: number,
  version: number,
  recordedAtMs: number,
  id: string,
  stream: string,
  type: string,
  schemaVersion: number,
  data: unknown,
  metadata: RecordedEvent['metadata'],
  tags: readonly string[],
]

/** What follows the three numbers, to the closing bracket. The server finds an id at its beginning. */
export function encodeBody(stream: string, { id, type, schemaVersion, data, metadata, tags }: EncodedEvent): string {
  const tagsText = tags.length === 0 ? '[]' : JSON.stringify(tags)
  const names = `"${id}",${JSON.stringify(stream)},${JSON.stringify(type)}`
  return `${names},${schemaVersion},${data},${metadata},${tagsText}]`
}

/** Of a page, each in its two parts: one large text is taken apart quicker than many small ones. */
export function decodeEvents(parts: readonly string[]): RecordedEvent[] {
  let text = ''
  for (let place = 0; place < parts.length; place += 2) {
    text += `${place === 0 ? '' : ','}${parts[place]}${parts[place + 1]}`
  }
  return (JSON.parse(`[${text}]`) as StoredEvent[]).map(toEvent)
}

function toEvent(stored: StoredEvent): RecordedEvent {
  const [position, version, recordedAtMs, id, stream, type, schemaVersion, data, metadata, tags] = stored
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
