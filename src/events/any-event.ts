/** What any event's definition says of itself, as far as reading goes. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { NewEvent, RecordedEvent } from './recorded-event.ts'

/** Any event's definition, retired ones too. */
export interface AnyEventDefinition {
  /** Today's name of it. What is stored may have others: ask `sources`, or `storedTypes`. */
  readonly type: string
  /** The place of today's shape in the chain: 1, 2, 3 … */
  readonly schemaVersion: number
  /** The schemas of the chain, the oldest first; the last is today's. */
  readonly schemas: readonly StandardSchemaV1[]
  /** Changes with anything that changes how a stored event reads. */
  readonly fingerprint: string
  /** It is made no more, and gives no events: what is stored of it is split into others, or dropped from view. */
  readonly isRetired: boolean
  /** Everything stored that it reads. */
  readonly sources: readonly Source[]
  /** The stored event in the newest shape of its own chain. @throws `unreadable-event` */
  upcast(recorded: RecordedEvent): RecordedEvent
  /** The events that the stored one gives, in today's shape. @throws `unreadable-event` */
  read(recorded: RecordedEvent): readonly RecordedEvent[]
}

/** Stored events of one type, in a span of its schema versions, and what a definition makes of them. */
export interface Source {
  /** As it is stored. */
  readonly type: string
  readonly oldest: number
  /** The newest schema version that this code knows. */
  readonly newest: number
  /** The retired definition that the stored event belongs to, where it is split or dropped. */
  readonly retired: Retirement | undefined
  read(recorded: RecordedEvent): readonly RecordedEvent[]
}

/** What became of a retired event. */
export interface Retirement {
  readonly type: string
  /** The schemas that it had, the oldest first. */
  readonly schemas: readonly StandardSchemaV1[]
  /** The types that it is split into, in the order of their events; none when it is dropped. */
  readonly into: readonly string[]
}

/** A stored event of one of the definitions, in today's shape. */
export type RecordedOf<Definition extends AnyEventDefinition> = ReturnType<Definition['read']>[number]

/** A fact of one of the definitions, to be recorded. */
export type NewOf<Definition extends AnyEventDefinition> = Definition extends { readonly isRetired: true }
  ? never
  : NewEvent<Definition['type'], RecordedOf<Definition>['data']>
