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

/** As `take_event` in lua/record.lua takes it, beside the body. */
export type EventLine = readonly [id: string, kind: number, correlationId?: string, ...tags: string[]]

/** Events as the server takes them: some things of many events are few, and said once. */
export class EventLines {
  /** Of each the category, the type and the schema version. */
  readonly kinds: [category: string, type: string, schemaVersion: number][] = []
  readonly bodies: string[] = []
  readonly #places = new Map<string, number>()

  /** Takes in the event, and gives its line. */
  add(stream: string, event: EncodedEvent): EventLine {
    this.bodies.push(encodeBody(stream, event))
    const { id, tags } = event
    const kind = this.#placeOf(stream, event)
    const correlationId = correlationOf(event)
    if (tags.length > 0) return [id, kind, correlationId, ...tags]
    return correlationId === '' ? [id, kind] : [id, kind, correlationId]
  }

  /** From 1 on, as Lua counts. */
  #placeOf(stream: string, { type, schemaVersion }: EncodedEvent): number {
    const category = stream.slice(0, stream.indexOf('-'))
    const name = `${category}\n${type}\n${schemaVersion}`
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place = this.kinds.push([category, type, schemaVersion])
    this.#places.set(name, place)
    return place
  }
}

/** What a filter may ask for; empty where there is nothing that it could. */
function correlationOf({ metadata }: EncodedEvent): string {
  if (!metadata.includes('"correlationId"')) return ''
  const { correlationId } = JSON.parse(metadata)
  return typeof correlationId === 'string' && correlationId.length <= MAX_CORRELATION_ID_LENGTH ? correlationId : ''
}

/** Of a page: one large text is taken apart quicker than many small ones. */
export function decodeEvents(texts: readonly string[]): RecordedEvent[] {
  return (JSON.parse(`[${texts.join(',')}]`) as StoredEvent[]).map(toEvent)
}

function toEvent(stored: StoredEvent): RecordedEvent {
  const [position, version, recordedAtMs, stream, id, type, schemaVersion, data, metadata, tags] = stored
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
