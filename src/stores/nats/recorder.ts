/** The answer to an append: where its events stand, and when they were recorded. */
import { type RecordedEvent, toStreamName } from '../../events/index.ts'
import type { Appended } from '../../store/index.ts'
import type { Clock } from './clock.ts'
import type { Published } from './gathering.ts'
import { type Head, type Heads, NO_HEAD } from './heads.ts'
import type { EventPlace, Plan, Request } from './plan.ts'
import { EVENTS_PER_RECORD } from './record.ts'
import type { Records } from './records.ts'

export interface RecorderOptions {
  readonly heads: Heads
  readonly records: Records
  readonly clock: Clock
  /** The position of the log's last event. */
  head(): Promise<number>
}

/** @param published The plan's last message. */
export async function toAppended(
  { heads, records, clock, head }: RecorderOptions,
  request: Request,
  plan: Plan,
  published: Published,
): Promise<Appended> {
  const first = published.sequence - plan.drafts.length + 1
  const versions = rememberHeads(heads, request, plan, first)
  const base = first + (plan.places[0]?.draft ?? plan.drafts.length - 1)
  // The acknowledgement does not tell the time.
  const recordedAt = new Date(Math.max(plan.floorMs, (await published.timeMs) ?? (await records.storedAtMs(base))))
  clock.saw(recordedAt.getTime())
  const events = toEvents(request, plan, first, recordedAt)
  const position = events.at(-1)?.position ?? (await head())
  return { position, versions, recordedAt, events, repeated: false }
}

function rememberHeads(heads: Heads, { append }: Request, plan: Plan, first: number): Record<string, number> {
  const versions: Record<string, number> = {}
  let index = 0
  for (const { stream, events } of append.writes) {
    index += events.length
    const { draft } = plan.places[index - 1] as EventPlace
    const version = headOf(plan, stream).version + events.length
    heads.remember(stream, { sequence: first + draft, version })
    versions[stream] = version
  }
  return versions
}

function toEvents({ append }: Request, { heads, places }: Plan, first: number, recordedAt: Date): RecordedEvent[] {
  const events: RecordedEvent[] = []
  for (const { stream, events: written } of append.writes) {
    const before = (heads.get(stream) ?? NO_HEAD).version
    for (const [index, { id, type, schemaVersion, data, metadata, tags }] of written.entries()) {
      const { draft, place } = places[events.length] as EventPlace
      events.push({
        id,
        type,
        // Parsed, as a reader would get them: the caller's own objects may change.
        data: JSON.parse(data),
        schemaVersion,
        metadata: JSON.parse(metadata),
        tags,
        stream: toStreamName(stream),
        version: before + index + 1,
        position: (first + draft) * EVENTS_PER_RECORD + place,
        recordedAt,
      })
    }
  }
  return events
}

function headOf({ heads }: Plan, stream: string): Head {
  return heads.get(stream) ?? NO_HEAD
}
