/**
 * Tables that the user's own SQL fills, and their generations. The live ones are where the user has them; those that are
 * built are in the schema `daybook_rebuild_NAME`, and are filled by the same statements, for which that schema comes
 * first; a swap moves both, and keeps what was live in `daybook_previous_NAME`.
 *
 *     setup ──▶ daybook_rebuild_NAME ──promote──▶ the user's schema ──promote, rollBack──▶ daybook_previous_NAME
 *                                                         ▲──────────────rollBack──────────────┘
 *
 * A statement that names a schema would miss all this: it is found out by the locks of its transaction.
 */
import { DaybookError } from '../../errors/index.ts'
import type { ComparedTable, OwnTables, SqlClient, TableSum } from '../../store/index.ts'
import type { Holdings, KnownGeneration } from './holdings.ts'
import { quoteIdentifier } from './identifiers.ts'
import {
  CURRENT_SCHEMA,
  ENTER,
  FIND_DEPENDENTS,
  FIND_OTHER_LOG,
  FIND_OWN,
  FIND_TOUCHED,
  LEAVE,
  LIST_SCHEMA,
  toSumStatement,
} from './own-tables-statements.ts'

/** A query that reads a table for longer holds up the swap; and behind the swap every other reader of the table waits. */
const LOCK_TIMEOUT_MS = 500

export class OwnTableHoldings implements Holdings {
  readonly #log: string
  readonly #projection: string
  readonly #tables: OwnTables
  readonly #built: string
  readonly #previous: string
  readonly #passing: string

  constructor(log: string, projection: string, tables: OwnTables) {
    this.#log = log
    this.#projection = projection
    this.#tables = tables
    const toSchema = (what: string) => quoteIdentifier(`daybook_${what}_${projection}`, 'projection.name')
    this.#built = toSchema('rebuild')
    this.#previous = toSchema('previous')
    this.#passing = toSchema('passing')
  }

  async add(client: SqlClient, { state }: Pick<KnownGeneration, 'state'>): Promise<void> {
    if (state === 'building') await this.#build(client)
    else if ((await this.#findLive(client)).length === 0) await this.#tables.setup(client)
  }

  async #build(client: SqlClient): Promise<void> {
    await this.#assertOneLog(client)
    assertFree(await this.#findDependents(client), this.#projection)
    await client.query(`drop schema if exists ${this.#built} cascade`)
    await client.query(`create schema ${this.#built}`)
    await this.inside(client, () => this.#tables.setup(client))
    await this.#assertSetUp(client)
  }

  async remove(client: SqlClient, { state }: KnownGeneration): Promise<void> {
    const schema = state === 'building' ? this.#built : this.#previous
    await client.query(`drop schema if exists ${schema} cascade`)
  }

  async swap(client: SqlClient, next: KnownGeneration): Promise<void> {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
    const live = await this.#findLive(client)
    assertFree(await this.#findDependents(client), this.#projection)
    const home = live[0]?.schema ?? (await findCurrentSchema(client))
    if (next.state === 'previous') await client.query(`alter schema ${this.#previous} rename to ${this.#passing}`)
    const from = next.state === 'previous' ? this.#passing : this.#built
    await client.query(`create schema ${this.#previous}`)
    for (const { name, schema } of live) await move(client, { name, from: quoteIdentifier(schema), to: this.#previous })
    for (const { name } of await listSchema(client, from)) {
      const place = live.find((each) => each.name === name)?.schema ?? home
      await move(client, { name, from, to: quoteIdentifier(place) })
    }
    await client.query(`drop schema ${from}`)
  }

  /** Runs statements that find the tables that are built. @throws `not-supported` when they have found others */
  async inside(client: SqlClient, work: () => Promise<void>): Promise<void> {
    const { rows } = await client.query(ENTER, [this.#built])
    await work()
    await this.#assertInside(client)
    await client.query(LEAVE, [rows[0]?.before])
  }

  async #assertInside(client: SqlClient): Promise<void> {
    const { rows } = await client.query(FIND_TOUCHED, [JSON.stringify(this.#tables.names), this.#built])
    const [touched] = rows
    if (touched === undefined) return
    const problem = `its statements name the table ${touched.name} with its schema, and so miss the one that is built`
    throw notRebuilt(this.#projection, `${problem}. Name it without`)
  }

  async compare(client: SqlClient): Promise<readonly ComparedTable[]> {
    const live = new Map((await this.#findLive(client)).map((each) => [each.name, each.schema]))
    const built = new Set((await listSchema(client, this.#built)).map(({ name }) => name))
    const compared: ComparedTable[] = []
    for (const name of this.#tables.names) {
      const schema = live.get(name)
      compared.push({
        name,
        live: schema === undefined ? undefined : await sum(client, quoteIdentifier(schema), name),
        built: built.has(name) ? await sum(client, this.#built, name) : undefined,
      })
    }
    return compared
  }

  async #findLive(client: SqlClient): Promise<readonly FoundTable[]> {
    const { rows } = await client.query(FIND_OWN, [JSON.stringify(this.#tables.names)])
    return rows.map(({ name, oid, schema }) => ({ name: String(name), oid: String(oid), schema: String(schema) }))
  }

  async #findDependents(client: SqlClient) {
    const oids = (await this.#findLive(client)).map(({ oid }) => oid)
    return (await client.query(FIND_DEPENDENTS, [JSON.stringify(oids)])).rows
  }

  async #assertOneLog(client: SqlClient): Promise<void> {
    const [other] = (await client.query(FIND_OTHER_LOG, [this.#projection, this.#log])).rows
    if (other === undefined) return
    const problem = `its tables hold rows of the log ${other.log}, too, which would be left out`
    throw notRebuilt(this.#projection, `${problem}. Give each log tables of its own`)
  }

  async #assertSetUp(client: SqlClient): Promise<void> {
    const made = await listSchema(client, this.#built)
    const missing = this.#tables.names.find((name) => !made.some((each) => each.isTable && each.name === name))
    if (missing !== undefined) {
      const problem = `its setup does not make the table ${missing} in the schema that comes first`
      throw notRebuilt(this.#projection, `${problem}. Name no schema in it`)
    }
    const other = made.find(({ name, isTable }) => !isTable || !this.#tables.names.includes(name))
    if (other === undefined) return
    const problem = `its setup makes ${other.name}, which is none of its tables`
    throw notRebuilt(this.#projection, `${problem}. Declare it, or make it in a migration of your own`)
  }
}

interface FoundTable {
  readonly name: string
  readonly oid: string
  readonly schema: string
}

async function findCurrentSchema(client: SqlClient): Promise<string> {
  return String((await client.query(CURRENT_SCHEMA)).rows[0]?.schema)
}

async function listSchema(client: SqlClient, schema: string) {
  const { rows } = await client.query(LIST_SCHEMA, [schema])
  return rows.map(({ name, is_table }) => ({ name: String(name), isTable: is_table === true }))
}

interface Move {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** With its indexes, its constraints and the sequences of its columns. */
async function move(client: SqlClient, { name, from, to }: Move): Promise<void> {
  await client.query(`alter table ${from}.${quoteIdentifier(name)} set schema ${to}`)
}

async function sum(client: SqlClient, schema: string, name: string): Promise<TableSum> {
  const { rows } = await client.query(toSumStatement(`${schema}.${quoteIdentifier(name)}`))
  return { rows: Number(rows[0]?.rows), checksum: String(rows[0]?.checksum) }
}

function assertFree([first]: readonly Record<string, unknown>[], projection: string): void {
  if (first === undefined) return
  const problem = `${first.dependent} refers to the table ${first.name}, and would go on with the old rows`
  throw notRebuilt(projection, `${problem}. Drop it before, and make it anew after`)
}

function notRebuilt(projection: string, why: string): DaybookError {
  const capability = `a rebuild of ${projection}`
  const message = `The tables of ${projection} cannot be made anew: ${why}.`
  return new DaybookError('not-supported', message, { engine: 'target', capability })
}

/** Somebody reads the tables, or waits for us while we wait for them: there is another moment. */
export function isHeldUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '55P03' || error.code === '40P01')
}
