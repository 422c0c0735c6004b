/**
 * An event as it travels from one log to another: everything that it is, but for its position, which every log gives
 * for itself. Two logs are the same book when they hold the same portable events in the same order.
 */
import { type Metadata, type RecordedEvent, toCanonicalJson } from '../events/index.ts'
import type { ImportedEvent } from '../store/index.ts'

export interface PortableEvent {
  readonly stream: string
  readonly version: number
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  /** ISO 8601, in UTC, to the millisecond. */
  readonly recordedAt: string
  readonly data: unknown
  readonly metadata: Metadata
  readonly tags: readonly string[]
}

export function toPortable(event: RecordedEvent): PortableEvent {
  const { stream, version, id, type, schemaVersion, recordedAt, data, metadata, tags } = event
  return {
    stream: stream.name,
    version,
    id,
    type,
    schemaVersion,
    recordedAt: recordedAt.toISOString(),
    data,
    metadata,
    tags,
  }
}

export function toImported({ stream, ...event }: RecordedEvent): ImportedEvent {
  return { ...event, stream: stream.name }
}

/** One text for one event, on whatever engine it is: RFC 8785 of the portable event. */
export function toCanonicalText(event: RecordedEvent): string {
  return toCanonicalJson(toPortable(event))
}
