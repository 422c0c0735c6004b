import type { JsonValue } from './json.ts'
import type { StreamName } from './stream-name.ts'

/**
 * What surrounds a fact without being part of it. Daybook writes the named keys when a command is executed;
 * everything else is the caller's own.
 */
export interface Metadata {
  /** What belongs together: the same for everything that one request set off. */
  readonly correlationId?: string
  /** What caused this: the id of a command or of an event. */
  readonly causationId?: string
  /** Who did it. */
  readonly actor?: string
  /** The command's name. */
  readonly command?: string
  readonly commandId?: string
  /** When it happened in the world (ISO 8601), where that differs from when it was recorded. */
  readonly effectiveAt?: string
  readonly [key: string]: JsonValue | undefined
}

/** A fact to be recorded. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly data: Data
  /** A UUID, unique in the log; one that sorts by time (version 7) is made when it is absent. */
  readonly id?: string
  /** The place of the data's shape in its type's schema chain: 1 (the default) to 32,767. */
  readonly schemaVersion?: number
  readonly metadata?: Metadata
  /** What boundaries and filters find the event by: at most 32, such as `course:C1`. */
  readonly tags?: readonly string[]
}

/** A fact, as it stands in the log. */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly id: string
  readonly type: Type
  readonly data: Data
  readonly schemaVersion: number
  readonly metadata: Metadata
  readonly tags: readonly string[]
  readonly stream: StreamName
  /** The place in the stream: 1, 2, 3 … */
  readonly version: number
  /** The place in the log: 1, 2, 3 …, in commit order. */
  readonly position: number
  /**
   * Of a stored event that is split into several: which of its parts of this type this is, from 1. All parts share the
   * stored event's id, version and position; absent where the event is read whole.
   */
  readonly part?: number
  /** When the store recorded it, to the millisecond; never earlier than that of the event before. */
  readonly recordedAt: Date
}
