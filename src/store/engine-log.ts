/**
 * What an engine writes so that there is a log: the port less what is the same for all of them. A `CheckedLog` stands
 * before it, so whatever arrives here has been looked at, and encoded, and the store is open.
 */
import type { PreparedAppend } from './append-request.ts'
import type { PageSource } from './event-reader.ts'
import type { CheckpointStore, CommandStore, Lease, LeaseInfo, Snapshot, SnapshotKey } from './keepsakes.ts'
import type { Appended, AppendOptions, EventLog, ReadOptions, ReadStreamOptions, TailOptions } from './port.ts'
import type { TailSource } from './tail.ts'

export interface EngineLog extends Pick<EventLog, 'name' | EngineQuestion> {
  append(append: PreparedAppend, options: AppendOptions): Promise<Appended>
  /** Pages by whatever the engine keeps of the place where it is. */
  streamPages(stream: string, options: ReadStreamOptions): PageSource<unknown>
  logPages(options: ReadOptions): PageSource<unknown>
  tailPages(options: TailOptions): TailPages
  /** Of an engine that counts as it writes; for the others the log is read. */
  types?: EventLog['types']

  readonly snapshots: EngineSnapshots
  readonly checkpoints: CheckpointStore
  readonly leases: EngineLeases
  readonly commands: CommandStore

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void>
}

/** What an engine is asked just as its user asks. */
type EngineQuestion = 'streamVersion' | 'head' | 'positionAt' | 'streams' | 'import'

export type TailPages = Pick<TailSource, 'fetchAfter' | 'isTransient'>

export interface EngineSnapshots {
  load(key: SnapshotKey): Promise<Snapshot | undefined>
  save(key: SnapshotKey, snapshot: EncodedSnapshot): Promise<void>
  clear(stream?: string): Promise<void>
}

export interface EncodedSnapshot {
  readonly version: number
  /** JSON text. */
  readonly state: string
}

export interface EngineLeases {
  acquire(name: string, owner: string, terms: EncodedTerms): Promise<Lease | undefined>
  renew(lease: Lease, terms: EncodedTerms): Promise<boolean>
  release(lease: Lease, note: string | undefined): Promise<void>
  list(): Promise<readonly LeaseInfo[]>
}

export interface EncodedTerms {
  readonly durationMs: number
  /** JSON text; the note before is kept when undefined. */
  readonly note: string | undefined
}
