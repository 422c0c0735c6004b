/**
 * Read models as tables in the schema `daybook_read_models`. Rows and checkpoint are written in one transaction, which
 * begins by moving the checkpoint from where the batch started: of several instances one wins, and each event is
 * applied exactly once.
 */
import {
  type EntriesOptions,
  type ReadModelTarget,
  type ReadModelTargets,
  type RowChange,
  refuse,
  type SqlClient,
  type SqlDatabase,
} from '../../store/index.ts'
import {
  CHECKPOINT,
  CREATE_SCHEMA,
  FIND_SCHEMA,
  FIND_TABLE,
  LOCK,
  MOVE_CHECKPOINT,
  START_CHECKPOINT,
  type Statements,
  toStatements,
} from './statements.ts'

/** What PostgreSQL keeps of an identifier. */
const MAX_TABLE_NAME_BYTES = 63
/** Rows read at once while walking a table. */
const PAGE_SIZE = 1_000

/** Read models as tables of the database that the events are in. */
export function postgresTargets(database: SqlDatabase): ReadModelTargets {
  return {
    async open(log, readModel) {
      const table = `daybook_read_models.${quoteIdentifier(readModel)}`
      const statements = toStatements(table)
      await database.transaction((client) => prepare(client, { table, statements, log, readModel }))
      return new PostgresTarget(database, statements, { log, readModel })
    },
  }
}

function quoteIdentifier(name: string): string {
  if (Buffer.byteLength(name) > MAX_TABLE_NAME_BYTES) {
    refuse('readModel.name', `is longer than the ${MAX_TABLE_NAME_BYTES} bytes of a table's name in PostgreSQL`)
  }
  return `"${name.replaceAll('"', '""')}"`
}

interface Place {
  readonly log: string
  readonly readModel: string
}

interface Preparation extends Place {
  readonly table: string
  readonly statements: Statements
}

/** A role that may not create anything can still use a table that is there. */
async function prepare(client: SqlClient, { table, statements, log, readModel }: Preparation): Promise<void> {
  await client.query(LOCK)
  // `if not exists` asks for the right to create also where there is nothing to create.
  if (!(await isFound(client, FIND_SCHEMA, []))) await client.query(CREATE_SCHEMA)
  if (!(await isFound(client, FIND_TABLE, [table]))) await client.query(statements.createTable)
  await client.query(START_CHECKPOINT, [log, readModel])
}

async function isFound(client: SqlClient, text: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await client.query(text, values)
  return rows[0]?.found === true
}

class PostgresTarget implements ReadModelTarget {
  readonly #database: SqlDatabase
  readonly #statements: Statements
  readonly #place: Place

  constructor(database: SqlDatabase, statements: Statements, place: Place) {
    this.#database = database
    this.#statements = statements
    this.#place = place
  }

  async checkpoint(): Promise<number> {
    const [row] = await this.#query(CHECKPOINT, [this.#place.log, this.#place.readModel])
    return Number(row?.position ?? 0)
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    if (keys.length === 0) return new Map()
    const rows = await this.#query(this.#statements.load, [this.#place.log, JSON.stringify(keys)])
    return new Map(rows.map(toEntry))
  }

  async save(changes: ReadonlyMap<string, RowChange>, expected: number, checkpoint: number): Promise<boolean> {
    const { log, readModel } = this.#place
    return await this.#database.transaction(async (client) => {
      const moved = await client.query(MOVE_CHECKPOINT, [log, readModel, String(expected), String(checkpoint)])
      if (moved.rows.length === 0) return false
      await this.#write(client, changes)
      return true
    })
  }

  async #write(client: SqlClient, changes: ReadonlyMap<string, RowChange>): Promise<void> {
    const all = [...changes].map(([key, { row, position }]) => ({ key, document: row, position }))
    const kept = all.filter(({ document }) => document !== undefined)
    const deleted = all.filter(({ document }) => document === undefined).map(({ key }) => key)
    const { log } = this.#place
    if (kept.length > 0) await client.query(this.#statements.upsert, [log, JSON.stringify(kept)])
    if (deleted.length > 0) await client.query(this.#statements.delete, [log, JSON.stringify(deleted)])
  }

  async get(key: string): Promise<unknown> {
    const [row] = await this.#query(this.#statements.get, [this.#place.log, key])
    return row === undefined ? undefined : toEntry(row)[1]
  }

  async *entries({ signal }: EntriesOptions = {}): AsyncGenerator<readonly [string, unknown]> {
    let after = ''
    for (;;) {
      signal?.throwIfAborted()
      const rows = await this.#query(this.#statements.entries, [this.#place.log, after, String(PAGE_SIZE)])
      for (const row of rows) {
        const entry = toEntry(row)
        after = entry[0]
        yield entry
      }
      if (rows.length < PAGE_SIZE) return
    }
  }

  async #query(text: string, values: unknown[]): Promise<readonly Record<string, unknown>[]> {
    const { rows } = await this.#database.transaction((client) => client.query(text, values))
    return rows
  }
}

function toEntry(row: Record<string, unknown>): readonly [string, unknown] {
  return [String(row.key), JSON.parse(String(row.document))]
}
