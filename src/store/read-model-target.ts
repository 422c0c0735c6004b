/**
 * Where the rows of read models are kept: the second port. `daybook/testing` says the same in cases that run.
 *
 * A target is the place of one read model in one log. It holds *generations*: the live one, which readers see; perhaps
 * one that is being built beside it; perhaps the previous one, kept so that a swap can be taken back. A generation is
 * made by one definition, whose fingerprint it bears, and has its own rows, checkpoint and quarantine.
 *
 *     live(fingerprint) ──▶ live ◀──promote── building ◀── build(fingerprint)
 *                            │ ▲
 *                     promote▼ │rollBack
 *                          previous                    a previous or dropped generation takes no more writes
 *
 * A batch is `load`, fold, `save`. Each row carries the position that last changed it, and the fold passes over events
 * at or before that, so that applying a batch again changes nothing. `save` moves the checkpoint by compare-and-set.
 * Where rows and checkpoint are one transaction, each event is applied exactly once; elsewhere `save` writes rows
 * first, each refusing to be replaced by one of an earlier position, and the checkpoint last.
 */
import type { Partition } from './port.ts'
import type { SqlClient } from './sql-store.ts'

/** Where read models may be kept: gives the place for one of them. */
export interface ReadModelTargets {
  /**
   * False: what is kept here is this process's own, and each instance keeps it up to date for itself. True: instances
   * share it, and share the work by leases.
   */
  readonly isShared: boolean
  /** Rows, checkpoint and quarantine are written in one transaction: both or neither. */
  readonly isTransactional: boolean
  /** @param log The log that the read model is folded from. */
  open(log: string, readModel: string): Promise<ReadModelTarget>
  /**
   * The same without rows of its own, in the database that the events are in: where the user's own SQL keeps its
   * checkpoint. Undefined elsewhere.
   * @param tables Those that the SQL fills, where generations of them may be made.
   */
  openLedger?(log: string, projection: string, tables?: OwnTables): Promise<ReadModelTarget>
}

/** Tables that SQL of the user's own fills. */
export interface OwnTables {
  /** As the statements name them: without a schema. */
  readonly names: readonly string[]
  /** Makes them, empty, in the schema that comes first. */
  setup(client: SqlClient): Promise<void>
}

export interface ReadModelTarget {
  /** Those that are there, by id. */
  generations(): Promise<readonly GenerationInfo[]>
  /**
   * The live one, whichever definition made it. Where none has ever been, an empty one that `fingerprint` makes; of
   * several that ask at once one makes it.
   */
  live(fingerprint: string): Promise<Generation>
  /**
   * The one that `fingerprint` is building: an empty one, or what an earlier attempt has got to. What another
   * definition was building is dropped.
   */
  build(fingerprint: string): Promise<Generation>
  /** @throws `generation-missing` */
  generation(id: number): Promise<Generation>
  /**
   * Makes the one being built the live one, and the live one the previous; what was previous is dropped. A reader sees
   * the one or the other. False, and nothing done, where the live one has come further, so that readers would go back in
   * time. @throws `generation-missing` when `id` is not being built
   */
  promote(id: number, options?: PromoteOptions): Promise<boolean>
  /** Makes the previous one live again, and the live one the previous. @throws `generation-missing` */
  rollBack(): Promise<void>
  /** Deletes one that is not live, with its rows; nothing where there is none. @throws `invalid-argument` for the live one */
  drop(id: number): Promise<void>

  /**
   * Of the user's own tables: those of the live generation beside those of the one that is being built, as of one moment.
   * Undefined while the two are not at one position. Absent where rows are kept.
   */
  compareTables?(id: number): Promise<readonly ComparedTable[] | undefined>
  /** Brings the one that is being built to where the live one is, which takes no writes meanwhile. Absent where rows are kept. */
  meetLive?(id: number, catchUp: CatchUpWithin): Promise<void>

  /** Of the live generation; undefined when there is no such row. */
  get(key: string): Promise<unknown>
  /** The rows of the live generation, in the order of their keys' bytes in UTF-8. */
  entries(options?: EntriesOptions): AsyncIterable<RowEntry>
}

export interface ComparedTable {
  readonly name: string
  /** Undefined where there is no such table. */
  readonly live: TableSum | undefined
  readonly built: TableSum | undefined
}

export interface TableSum {
  readonly rows: number
  /** Equal for equal rows, in whatever order. */
  readonly checksum: string
}

/** Brings a generation up to a position, in a transaction of the database that the events are in. */
export type CatchUpWithin = (
  built: Generation,
  within: { readonly client: SqlClient; readonly upTo: number },
) => Promise<void>

export interface PromoteOptions {
  /** Called in the transaction of the swap, of the user's own tables alone. */
  readonly catchUpWithin?: CatchUpWithin
  /** Also where the live one has come further: it may have come further than the log, which was restored. */
  readonly evenBehind?: boolean
  /**
   * Brings the one being built as far as the log is. A target in which rows are ahead of their checkpoint for a moment calls
   * it while the live one takes no writes: what a reader has seen is in both then. Others need not call it.
   */
  readonly catchUp?: () => Promise<void>
}

export type GenerationState = 'live' | 'building' | 'previous'

export interface GenerationInfo {
  /** 1, 2, 3 … in the order they were made in; never used twice. */
  readonly id: number
  readonly state: GenerationState
  /** Of the definition that made it. */
  readonly fingerprint: string
  readonly checkpoint: number
  readonly createdAt: Date
}

export interface Generation {
  readonly id: number
  readonly fingerprint: string
  /** The position up to which everything is applied: 0 when nothing is. Of a share of a parallel build with `partition`. */
  checkpoint(partition?: Partition): Promise<number>
  /**
   * The checkpoint, for a writer that begins here: from now on `save` of this object is refused, too, when anybody else
   * has saved since without moving the checkpoint, so that what the writer remembers of the rows is what is there.
   */
  begin(): Promise<number>
  /** The rows that are there, of those asked for; also of deleted ones where their position is kept. */
  load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>>
  /**
   * Writes the changes and moves the checkpoint. False, and the checkpoint not moved, when it is not at `move.from` or
   * this generation takes no more writes: another instance has been at work. Then nothing was written where that is one
   * transaction; elsewhere rows may have been, but none over one of the same or a later position.
   * @throws `row-refused` when a row cannot be kept for what is in it; `connection-lost`
   */
  save(changes: ReadonlyMap<string, RowChange>, move: CheckpointMove): Promise<boolean>
  /**
   * What keeps a row from being held here, such as a value that its column cannot take; undefined when nothing. Where it
   * is absent, every row can be held. The event that makes such a row cannot be applied.
   */
  findProblem?(row: unknown): string | undefined
  /**
   * The same for SQL of the user's own, which runs in the transaction that moves the checkpoint; nothing runs, and false,
   * where that is not to be moved. Undefined where the checkpoint is not in the database that the events are in.
   */
  saveWith?(move: CheckpointMove, work: (client: SqlClient) => Promise<void>): Promise<boolean>
  /** Keys whose events wait, by key. */
  quarantined(): Promise<readonly QuarantinedKey[]>
  /** True where rows were written, and somebody else has deleted them all since. */
  isEmptied(): Promise<boolean>

  /** Undefined when there is no such row. */
  get(key: string): Promise<unknown>
  /** The rows, in the order of their keys' bytes in UTF-8. */
  entries(options?: EntriesOptions): AsyncIterable<RowEntry>
  /** How many rows there are. */
  count(): Promise<number>
  /**
   * The same inside a transaction of the database that the events are in, where `begin` locks the checkpoint.
   * Undefined where rows are elsewhere.
   */
  within?(client: SqlClient): Generation
}

export interface StoredRow {
  /** JSON; undefined when the row was deleted, and only its position is kept. */
  readonly row: unknown
  /** Of the event that last changed it. */
  readonly position: number
}

export interface RowChange {
  /** JSON; undefined deletes the row. */
  readonly row: unknown
  /** Of the last event that was applied to it. */
  readonly position: number
}

export interface CheckpointMove {
  /** Where the batch began. */
  readonly from: number
  /** Where it leads: `from` itself where rows or the quarantine alone change. */
  readonly to: number
  /** Moves the checkpoint of this share of a parallel build, and not the generation's. */
  readonly partition?: Partition
  /** Keys that are quarantined from now on, or anew; undefined releases one. */
  readonly quarantine?: ReadonlyMap<string, QuarantinedKey | undefined>
}

/** A key whose events are held back, since one of them could not be applied. */
export interface QuarantinedKey {
  readonly key: string
  /** Of the event that could not be applied. It waits, and with it every later event of the key. */
  readonly position: number
  /** How many events wait up to the checkpoint, with that one. */
  readonly waiting: number
  /** Why it could not be applied. */
  readonly error: string
  readonly since: Date
}

export type RowEntry = readonly [key: string, row: unknown, position: number]

export interface EntriesOptions {
  /** Only keys after this one. */
  readonly after?: string
  readonly limit?: number
  readonly signal?: AbortSignal
}
