/** Builders for events as they stand in a log, at times that are the same in every run. */
import type { InStream } from '../../aggregates/index.ts'
import {
  assertStreamName,
  freezeDeep,
  type Metadata,
  type NewEvent,
  type RecordedEvent,
  toStreamName,
} from '../../events/index.ts'
import { refuse } from '../../store/index.ts'

/** What the store says of an event. What is left out is the same in every run. */
export interface Circumstances {
  /** Such as `account-A17`; `test-1` when absent. */
  readonly stream?: string
  /** When it was recorded: a Date, or ISO 8601. 2025-01-01 when absent. */
  readonly at?: Date | string
  /** The place in the stream: 1 when absent. */
  readonly version?: number
  /** The place in the log: 1 when absent. */
  readonly position?: number
  /** A UUID; one that tells the position when absent. */
  readonly id?: string
  /** Beside the event's own. */
  readonly metadata?: Metadata
}

/**
 * An event as the log holds it, perhaps in an older shape or under an older name. The compiler cannot know which, and
 * takes it wherever an event is given.
 */
// biome-ignore lint/suspicious/noExplicitAny: only what is stored can tell
export interface StoredEvent extends RecordedEvent<any, any> {}

/** Where an event is whose stream does not matter. */
const SOME_STREAM = 'test-1'
export const SOME_TIME = new Date('2025-01-01T00:00:00.000Z')

/**
 * The event as if it stood in a log.
 *
 * @throws `invalid-argument` for a stream that cannot be, or a time that is none
 * @example recorded(FundsDeposited({ amount: 20 }), { stream: 'account-A17', at: '2025-03-31T12:00:00Z' })
 */
export function recorded<Type extends string, Data>(
  event: NewEvent<Type, Data>,
  circumstances: Circumstances = {},
): RecordedEvent<Type, Data> {
  const { stream = SOME_STREAM, at = SOME_TIME, version = 1, position = 1, metadata } = circumstances
  assertStreamName(stream)
  const recordedAt = toTime('at', at)
  return {
    id: circumstances.id ?? event.id ?? toId(position),
    type: event.type,
    // A copy that nothing can change: a fold that does must fail at once.
    data: freezeDeep(structuredClone(event.data)),
    schemaVersion: event.schemaVersion ?? 1,
    metadata: freezeDeep({ ...event.metadata, ...metadata }),
    tags: [...(event.tags ?? [])],
    stream: toStreamName(stream),
    version,
    position,
    recordedAt,
  }
}

/**
 * An event as an older release has stored it.
 *
 * @param schemaVersion The place of its shape in the type's chain: 1 for the oldest.
 * @example stored('FundsWithdrawn', 1, { amount: 20 })
 */
export function stored(
  type: string,
  schemaVersion: number,
  data: unknown,
  circumstances: Circumstances = {},
): StoredEvent {
  return recorded({ type, schemaVersion, data }, circumstances)
}

/** @throws `invalid-argument` for what is no time */
export function toTime(argument: string, given: Date | string): Date {
  const time = new Date(given)
  if (Number.isNaN(time.getTime())) refuse(argument, 'is not a time; give a valid Date or a text in ISO 8601')
  return time
}

/** The events, in their stream. */
export function placeIn({ stream, events }: InStream): readonly RecordedEvent[] {
  assertStreamName(stream)
  const placed = (events as readonly (NewEvent | RecordedEvent)[]).map((event) =>
    isRecorded(event) ? { ...event, stream: toStreamName(stream) } : recorded(event, { stream }),
  )
  return layOut(placed, stream)
}

/**
 * The events as one log would hold them: positions and versions go up from event to event, and time never goes back.
 * What is given already stays where that allows it.
 */
export function layOut(events: readonly (NewEvent | RecordedEvent)[], stream = SOME_STREAM): RecordedEvent[] {
  const versions = new Map<string, number>()
  const laid: RecordedEvent[] = []
  for (const event of events) {
    const before = laid.at(-1)
    const position = Math.max((before?.position ?? 0) + 1, isRecorded(event) ? event.position : 0)
    const placed = isRecorded(event) ? event : recorded(event, { stream, position })
    const version = Math.max((versions.get(placed.stream.name) ?? 0) + 1, placed.version)
    const recordedAt =
      before !== undefined && before.recordedAt > placed.recordedAt ? before.recordedAt : placed.recordedAt
    versions.set(placed.stream.name, version)
    laid.push({ ...placed, id: movedId(placed, position), position, version, recordedAt })
  }
  return laid
}

export function isRecorded(event: NewEvent | RecordedEvent): event is RecordedEvent {
  return 'position' in event
}

/** An id that tells the position goes with it. */
function movedId({ id, position: from }: RecordedEvent, to: number): string {
  return id === toId(from) ? toId(to) : id
}

function toId(position: number): string {
  return `00000000-0000-7000-8000-${String(position).padStart(12, '0')}`
}
