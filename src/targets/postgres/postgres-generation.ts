/**
 * A generation's rows, checkpoint and quarantine. They are written in one transaction, which begins by moving the
 * checkpoint from where the batch started: of several instances one wins, and each event is applied exactly once. So a
 * deleted row leaves nothing behind.
 */
import type { DaybookError } from '../../errors/index.ts'
import {
  type CheckpointMove,
  type EntriesOptions,
  type Generation,
  generationMissing,
  type Partition,
  type QuarantinedKey,
  type RowChange,
  type RowEntry,
  type SqlClient,
  type SqlDatabase,
  type StoredRow,
} from '../../store/index.ts'
import {
  BEGIN,
  BEGIN_LOCKED,
  CHECKPOINT,
  HAS_ROWS,
  MOVE_CHECKPOINT,
  MOVE_PARTITION,
  NOTE_ROWS,
  PARTITION_CHECKPOINT,
  QUARANTINE,
  QUARANTINED,
  RELEASE,
} from './generation-statements.ts'
import { documentLayout, type Layout } from './layout.ts'
import { type Reading, readEntries, readRow } from './reading.ts'
import { isRefusal, rowRefused } from './refusals.ts'
import { type Statements, toStatements } from './statements.ts'

/** Which generation of what. */
export interface Place {
  readonly log: string
  readonly readModel: string
  readonly id: number
  readonly layout: Layout
}

interface Bearing {
  readonly fingerprint: string
  readonly isInTransaction?: boolean
  /** Where the user's own tables are built; undefined where they are live. */
  readonly aside?: Aside
}

interface Aside {
  inside(client: SqlClient, work: () => Promise<void>): Promise<void>
}

/** As long as a lease lasts by default: whoever takes over need not wait for longer. Between statements there are milliseconds. */
const LONGEST_IDLE_MS = 5_000

export class PostgresGeneration implements Generation {
  readonly id: number
  readonly fingerprint: string
  readonly #database: SqlDatabase
  readonly #statements: Statements
  readonly #place: Place
  /** What leads the parameters of every statement about a generation. */
  readonly #which: readonly string[]
  readonly #isInTransaction: boolean
  readonly #aside: Aside | undefined
  /** As of `begin`, and of this object's own writes since. */
  #revision: string | null = null

  constructor(database: SqlDatabase, place: Place, { fingerprint, isInTransaction = false, aside }: Bearing) {
    this.#aside = aside
    this.id = place.id
    this.fingerprint = fingerprint
    this.#isInTransaction = isInTransaction
    this.#database = database
    this.#place = place
    this.#which = [place.log, place.readModel, String(place.id)]
    this.#statements = toStatements(place.readModel, place)
  }

  async checkpoint(partition?: Partition): Promise<number> {
    const [row] =
      partition === undefined
        ? await this.#query(CHECKPOINT, this.#which)
        : await this.#query(PARTITION_CHECKPOINT, [...this.#which, String(partition.index), String(partition.count)])
    if (row !== undefined) return Number(row.position)
    if (partition !== undefined) return 0
    throw this.#isGone()
  }

  #isGone(): DaybookError {
    return generationMissing(this.#place.readModel, `no generation ${this.id} any more`)
  }

  async begin(): Promise<number> {
    const [row] = await this.#query(this.#isInTransaction ? BEGIN_LOCKED : BEGIN, this.#which)
    if (row === undefined) throw this.#isGone()
    this.#revision = String(row.revision)
    return Number(row.position)
  }

  within(client: SqlClient): Generation {
    const inside: SqlDatabase = {
      transaction: (work) => work(client),
      query: (text, values) => client.query(text, values),
    }
    const aside = this.#aside && { aside: this.#aside }
    return new PostgresGeneration(inside, this.#place, {
      fingerprint: this.fingerprint,
      isInTransaction: true,
      ...aside,
    })
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    if (keys.length === 0) return new Map()
    const rows = await this.#query(this.#statements.load, [this.#place.log, JSON.stringify(keys)])
    return new Map(
      rows.map(({ key, document, position }) => [
        String(key),
        { row: JSON.parse(String(document)), position: Number(position) },
      ]),
    )
  }

  async save(changes: ReadonlyMap<string, RowChange>, move: CheckpointMove): Promise<boolean> {
    try {
      const revision = await this.#database.transaction((client) => this.#save(client, changes, move))
      // Remembered when it is committed: until then it may come to nothing.
      if (revision !== undefined && this.#revision !== null) this.#revision = revision
      return revision !== undefined
    } catch (error) {
      throw isRefusal(error) ? rowRefused(this.#place.readModel, error) : error
    }
  }

  async saveWith(move: CheckpointMove, work: (client: SqlClient) => Promise<void>): Promise<boolean> {
    const revision = await this.#database.transaction(async (client) => {
      const made = await this.#save(client, new Map(), move)
      if (made === undefined) return undefined
      if (this.#aside === undefined) await work(client)
      else await this.#aside.inside(client, () => work(client))
      // It fails where a statement of theirs has failed and they passed over it: the commit would be a roll-back.
      await client.query('select 1')
      return made
    })
    if (revision !== undefined && this.#revision !== null) this.#revision = revision
    return revision !== undefined
  }

  /** The revision that this makes; undefined when it may not. */
  async #save(client: SqlClient, changes: ReadonlyMap<string, RowChange>, move: CheckpointMove) {
    const { log } = this.#place
    const deleted = toDeleted(changes)
    const hasKept = changes.size > deleted.length
    const revision = await this.#move(client, move, hasKept)
    if (revision === undefined) return undefined
    if (hasKept) await client.query(this.#statements.upsert, [log, ...toLists(this.#place.layout, changes)])
    if (deleted.length > 0) await this.#delete(client, deleted)
    if (move.quarantine !== undefined) await this.#quarantine(client, move.quarantine)
    return revision
  }

  async #move(client: SqlClient, { from, to, partition }: CheckpointMove, writesRows: boolean) {
    const span = [...this.#which, String(from), String(to)]
    if (partition === undefined) {
      const longestIdle = this.#isInTransaction ? null : String(LONGEST_IDLE_MS)
      const values = [...span, String(writesRows), this.#revision, longestIdle]
      const { rows } = await client.query(MOVE_CHECKPOINT, values)
      return rows[0] === undefined ? undefined : String(rows[0].revision)
    }
    const share = [String(partition.index), String(partition.count)]
    if ((await client.query(MOVE_PARTITION, [...span, ...share])).rows.length === 0) return undefined
    if (writesRows) await client.query(NOTE_ROWS, [...this.#which, 'true'])
    return this.#revision ?? ''
  }

  async #delete(client: SqlClient, keys: readonly string[]): Promise<void> {
    const { log } = this.#place
    await client.query(this.#statements.delete, [log, JSON.stringify(keys)])
    const { rows } = await client.query(this.#statements.hasRows, [log])
    if (rows[0]?.found !== true) await client.query(NOTE_ROWS, [...this.#which, 'false'])
  }

  async #quarantine(client: SqlClient, keys: ReadonlyMap<string, QuarantinedKey | undefined>): Promise<void> {
    const held = [...keys.values()].flatMap((each) => (each === undefined ? [] : [each]))
    const released = [...keys].flatMap(([key, each]) => (each === undefined ? [key] : []))
    const rows = held.map(({ since, ...each }) => ({ ...each, sinceMs: since.getTime() }))
    if (rows.length > 0) await client.query(QUARANTINE, [...this.#which, JSON.stringify(rows)])
    if (released.length > 0) await client.query(RELEASE, [...this.#which, JSON.stringify(released)])
  }

  findProblem(row: unknown): string | undefined {
    return this.#place.layout.findProblem(row)
  }

  async quarantined(): Promise<readonly QuarantinedKey[]> {
    const rows = await this.#query(QUARANTINED, this.#which)
    return rows.map(({ key, position, waiting, error, since }) => ({
      key: String(key),
      position: Number(position),
      waiting: Number(waiting),
      error: String(error),
      since: new Date(Number(since)),
    }))
  }

  async isEmptied(): Promise<boolean> {
    // What keeps no rows has no table that could be asked.
    const [noted] = await this.#query(HAS_ROWS, this.#which)
    if (noted?.has_rows !== true) return false
    const [row] = await this.#query(this.#statements.isEmptied, this.#which)
    return row?.found === true
  }

  async get(key: string): Promise<unknown> {
    return await readRow(this.#reading, key)
  }

  entries(options: EntriesOptions = {}): AsyncIterable<RowEntry> {
    return readEntries(this.#reading, options)
  }

  async count(): Promise<number> {
    const [row] = await this.#query(this.#statements.count, [this.#place.log])
    return Number(row?.count)
  }

  get #reading(): Reading {
    return { database: this.#database, log: this.#place.log, statements: this.#statements }
  }

  async #query(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return (await this.#database.query(text, values)).rows
  }
}

function toDeleted(changes: ReadonlyMap<string, RowChange>): string[] {
  const deleted: string[] = []
  for (const [key, { row }] of changes) if (row === undefined) deleted.push(key)
  return deleted
}

/** What the upsert of the layout takes: JSON lists. */
function toLists(layout: Layout, changes: ReadonlyMap<string, RowChange>): string[] {
  if (layout.text !== documentLayout.text) {
    const kept = [...changes].filter(([, { row }]) => row !== undefined)
    return [JSON.stringify(kept.map(([key, { row, position }]) => ({ ...layout.toCells(row), key, position })))]
  }
  // Tens of thousands of rows: no list is made that is not sent.
  const keys: string[] = []
  const documents: string[] = []
  const positions: number[] = []
  for (const [key, { row, position }] of changes) {
    if (row === undefined) continue
    keys.push(key)
    documents.push(JSON.stringify(row))
    positions.push(position)
  }
  return [keys, documents, positions].map((list) => JSON.stringify(list))
}
