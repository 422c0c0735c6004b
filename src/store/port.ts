/**
 * The port: what every engine does, and what everything above relies on. The conformance suite
 * (`daybook/testing`) says the same in cases that run; a behaviour without a case there is not part of the port.
 *
 * A store holds logs. A log is one ordered book: positions 1, 2, 3 … in commit order, and streams in it whose
 * versions run 1, 2, 3 …. Every append is all there or not there.
 */
import type { NewEvent, RecordedEvent } from '../events/index.ts'
import type { CheckpointStore, CommandRecord, CommandStore, LeaseStore, SnapshotStore } from './keepsakes.ts'

export interface EventStore {
  /** Such as `postgres`. */
  readonly engine: string
  readonly capabilities: Capabilities
  /**
   * One of the store's logs; it comes to be with its first append. `main` is the usual one.
   * @throws `invalid-argument` for a name of more than 63 characters, or none.
   */
  log(name: string): EventLog
  /** Waits for appends under way, ends tails, and releases every connection and lock. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What an engine may lack. Asking for it then gives `not-supported`. */
export interface Capabilities {
  /** Positions have no gaps, so that counting is subtracting. */
  readonly gaplessPositions: boolean
  /** An append may join the caller's own transaction. */
  readonly joinsTransactions: boolean
  /** What is acknowledged outlives the process. */
  readonly durable: boolean
  /** Several processes may open it at once. */
  readonly shared: boolean
  /** An append may write several streams or none, look at others, and carry a command. */
  readonly multiStream: boolean
  /** An append may be as large as the limits say: 10,000 events, and 16 MiB. */
  readonly largeAppends: boolean
  /** An event id is refused that an event elsewhere in the log was given. */
  readonly uniqueEventIds: boolean
  /** An import may hold times that are still to come; the log's clock then stands until they have. */
  readonly importsFuture: boolean
}

export interface EventLog {
  readonly name: string

  /**
   * Records events in one or several streams: all of them, or none.
   * @throws `version-conflict`, `boundary-conflict`, `invalid-event`, `invalid-argument`, `event-id-taken`,
   * `append-unconfirmed`, `connection-lost`
   */
  append(request: AppendRequest, options?: AppendOptions): Promise<Appended>

  /** The events of one stream, by version. */
  readStream(stream: string, options?: ReadStreamOptions): EventReader
  /** The events of the log, by position. */
  read(options?: ReadOptions): EventReader
  /** The events of the log from a position on, through history into the present, until aborted. */
  tail(options?: TailOptions): EventReader

  /** The version of a stream: 0 when it has no events. */
  streamVersion(stream: string): Promise<number>
  /** The position of the last event: 0 when there is none. */
  head(): Promise<number>
  /** The position of the last event that was recorded at or before `time`: 0 when there is none. */
  positionAt(time: Date): Promise<number>
  /** The streams and their versions, in the byte order of their names in UTF-8. */
  streams(options?: ListStreamsOptions): AsyncIterable<StreamInfo>
  /**
   * What the log holds, by type, schema version and category, in this order (texts by their bytes in UTF-8). An engine
   * that counts as it writes answers without reading events; `countTypes` is for those that do not.
   */
  types(): Promise<readonly TypeInfo[]>

  /**
   * Takes in history that was recorded elsewhere, in order, much faster than appends do; each batch is atomic.
   * @throws `import-out-of-order`, `invalid-event`, `event-id-taken`
   */
  import(events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>, options?: ImportOptions): Promise<Imported>

  readonly snapshots: SnapshotStore
  readonly checkpoints: CheckpointStore
  readonly leases: LeaseStore
  readonly commands: CommandStore
}

/**
 * What a writer believes a stream's version to be: a number (0 for a stream without events), `'none'` (the same as
 * 0), `'exists'` (any but 0) or `'any'`.
 */
export type ExpectedVersion = number | 'none' | 'exists' | 'any'

export interface AppendRequest {
  /** Each stream at most once; positions follow the order given. */
  readonly streams: readonly StreamAppend[]
  /** Streams that are not written, but must be at a version for the append to happen. */
  readonly conditions?: readonly StreamCondition[]
  /** Refuse the append if an event that matches was recorded since the reader looked; of several, any. */
  readonly unless?: Boundary | readonly Boundary[]
  /** Makes the append happen once: a second with the same id writes nothing and gets the first one's record. */
  readonly command?: CommandRecord
}

export interface StreamAppend {
  /** `category-id`, such as `account-A17`. */
  readonly stream: string
  readonly events: readonly NewEvent[]
  /** `'any'` when absent. */
  readonly expectedVersion?: ExpectedVersion
}

export interface StreamCondition {
  readonly stream: string
  readonly expectedVersion: ExpectedVersion
}

/** A dynamic consistency boundary: events of any of the types, carrying all of the tags, after the position. */
export interface Boundary {
  /** Of any type, when absent or empty. */
  readonly types?: readonly string[]
  /** With any tags, when absent or empty. */
  readonly tags?: readonly string[]
  /** The position up to which the writer has seen the log. */
  readonly after: number
}

export interface AppendOptions {
  /** Withdraws the append if it has not been sent yet. */
  readonly signal?: AbortSignal
  /** The caller's own open transaction, as the engine's driver knows it (a `pg` client, a PGlite transaction). */
  readonly transaction?: unknown
}

export interface Appended {
  /** Of the last event written; without events, the log's head. */
  readonly position: number
  /** The versions of the streams written, after the append. */
  readonly versions: Readonly<Record<string, number>>
  readonly recordedAt: Date
  readonly events: readonly RecordedEvent[]
  /** An earlier attempt at this append (the same event ids at the same versions) had been recorded; this one wrote nothing. */
  readonly repeated: boolean
  /** The command's id had been recorded before: this is its record, and this append wrote nothing. */
  readonly earlierCommand?: CommandRecord
}

export interface EventFilter {
  /** Only streams of this category. */
  readonly category?: string
  /** Only events of one of these types; of any, when absent or empty. */
  readonly types?: readonly string[]
  /** Only events that carry all of these tags; with any, when absent or empty. */
  readonly tags?: readonly string[]
  /** Only one of `count` shares of the log; all events of a stream are in the same share. */
  readonly partition?: Partition
  /** Only events with one of these ids, 100 at the most; with any, when absent or empty. */
  readonly ids?: readonly string[]
  /** Only events whose metadata has this text as its `correlationId`: at most 255 characters. */
  readonly correlationId?: string
}

export interface Partition {
  /** From 0 to `count` - 1. */
  readonly index: number
  /** From 1 to 1024. */
  readonly count: number
}

export interface ReadStreamOptions {
  /** The lowest version wanted; 1 when absent. */
  readonly fromVersion?: number
  /** The highest version wanted. */
  readonly toVersion?: number
  /** Lowest version first (`forwards`, the default) or highest. */
  readonly direction?: Direction
  /** How many events at the most. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

export interface ReadOptions extends EventFilter {
  /** Only events after this position; 0 when absent. */
  readonly after?: number
  /** Only events up to and with this position. */
  readonly upTo?: number
  /** Lowest position first (`forwards`, the default) or highest. */
  readonly direction?: Direction
  /** How many events at the most. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

export type Direction = 'forwards' | 'backwards'

export interface TailOptions extends EventFilter {
  /** Only events after this position; 0 when absent. */
  readonly after?: number
  /** Ends the tail. */
  readonly signal?: AbortSignal
  /** How often to look when nothing wakes the tail: 1,000 ms when absent. */
  readonly pollIntervalMs?: number
}

/**
 * Events, in pages that are fetched one ahead of the consumer: memory is bounded however long the history.
 * It starts anew with each iteration. An abort throws the signal's reason, but ends a tail without an error; nothing
 * comes after it, also of a page that is there already.
 */
export interface EventReader<Event = RecordedEvent> extends AsyncIterable<Event> {
  /** The same, page by page: cheaper where a million events go by. A page is never empty. */
  batches(): AsyncIterable<readonly Event[]>
  /** All of them at once. */
  toArray(): Promise<Event[]>
}

export interface ListStreamsOptions {
  readonly category?: string
  /** Only names after this one. */
  readonly after?: string
  readonly limit?: number
  readonly signal?: AbortSignal
}

export interface StreamInfo {
  readonly stream: string
  readonly version: number
}

/** The events of one type and schema version in the streams of one category. */
export interface TypeInfo {
  readonly category: string
  readonly type: string
  readonly schemaVersion: number
  /** How many: 1 or more. */
  readonly events: number
  readonly firstPosition: number
  readonly lastPosition: number
}

/** An event with the stream it belongs to, in the order of the log it comes from. */
export interface ImportedEvent extends NewEvent {
  readonly stream: string
  /** Kept when given; it must not be earlier than that of the event before. */
  readonly recordedAt?: Date
}

export interface ImportOptions {
  readonly signal?: AbortSignal
  /** Called after each batch with the number of events imported so far. */
  readonly onProgress?: (imported: number) => void
}

export interface Imported {
  readonly events: number
  /** The log's head after the import. */
  readonly position: number
}
