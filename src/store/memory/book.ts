import { type EncodedEvent, type RecordedEvent, type StreamName, toStreamName } from '../../events/index.ts'

/** An event as it is kept. */
export interface StoredEvent {
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  /** JSON text. */
  readonly data: string
  /** JSON text. */
  readonly metadata: string
  readonly tags: readonly string[]
  readonly stream: StreamName
  readonly version: number
  readonly position: number
  readonly recordedAtMs: number
}

export interface StoredCommand {
  readonly digest: string
  /** JSON text. */
  readonly result: string
  readonly recordedAtMs: number
}

/** What one log holds. */
export class Book {
  /** By position, from 1: `events[position - 1]`. */
  readonly events: StoredEvent[] = []
  /** By version, from 1. */
  readonly streams = new Map<string, StoredEvent[]>()
  readonly byId = new Map<string, StoredEvent>()
  readonly commands = new Map<string, StoredCommand>()

  get head(): number {
    return this.events.length
  }

  /** When the last event was recorded; long ago when there is none. */
  get lastRecordedAtMs(): number {
    return this.events.at(-1)?.recordedAtMs ?? Number.NEGATIVE_INFINITY
  }

  /** The clock, which never goes back in a log. */
  now(): number {
    return Math.max(Date.now(), this.lastRecordedAtMs)
  }

  versionOf(stream: string): number {
    return this.streams.get(stream)?.length ?? 0
  }

  /** Adds an event at the end. Every check has been made. */
  write(stream: string, event: EncodedEvent, recordedAtMs: number): StoredEvent {
    const ofStream = this.streams.get(stream) ?? []
    const stored: StoredEvent = {
      id: event.id,
      type: event.type,
      schemaVersion: event.schemaVersion,
      data: event.data,
      metadata: event.metadata,
      tags: event.tags,
      stream: ofStream[0]?.stream ?? toStreamName(stream),
      version: ofStream.length + 1,
      position: this.events.length + 1,
      recordedAtMs,
    }
    this.streams.set(stream, ofStream)
    ofStream.push(stored)
    this.events.push(stored)
    this.byId.set(stored.id, stored)
    return stored
  }
}

/** The event as a reader gets it: made anew each time, so that it is the reader's own. */
export function toRecorded(stored: StoredEvent): RecordedEvent {
  return {
    id: stored.id,
    type: stored.type,
    data: JSON.parse(stored.data),
    schemaVersion: stored.schemaVersion,
    metadata: JSON.parse(stored.metadata),
    tags: [...stored.tags],
    stream: { ...stored.stream },
    version: stored.version,
    position: stored.position,
    recordedAt: new Date(stored.recordedAtMs),
  }
}
