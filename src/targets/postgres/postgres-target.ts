/**
 * Read models as tables in the schema `daybook_read_models`: one for each generation, all logs in it, and a view under
 * the read model's own name that shows the live rows of each log. A swap is one update of `daybook.generations`.
 *
 * What changes which generations there are takes one lock for all read models: it is rare, and it creates and drops.
 */
import {
  type CatchUpWithin,
  type ComparedTable,
  type EntriesOptions,
  type Generation,
  type GenerationState,
  generationMissing,
  type PromoteOptions,
  type ReadModelTarget,
  type ReadModelTargets,
  type RowEntry,
  refuse,
  type SqlClient,
  type SqlDatabase,
} from '../../store/index.ts'
import { readLayout, type TableDeclaration, toLayout } from './columns.ts'
import { ADD, HOLD, LIMIT_IDLE, LIST, NEXT_ID, REMOVE, SWAP } from './generation-statements.ts'
import { type Holdings, type KnownGeneration, NOTHING } from './holdings.ts'
import { documentLayout, type Layout } from './layout.ts'
import { isHeldUp, OwnTableHoldings } from './own-tables.ts'
import { ONE_MOMENT } from './own-tables-statements.ts'
import { PostgresGeneration } from './postgres-generation.ts'
import { type Reading, readEntries, readRow } from './reading.ts'
import { RowTables } from './row-tables.ts'
import { LOCK, toViewReading } from './statements.ts'

/** What PostgreSQL keeps of an identifier is 63 bytes, and a generation's number follows the name. */
const MAX_TABLE_NAME_BYTES = 56
/** And a word for the columns, where they are declared. */
const MAX_DECLARED_TABLE_NAME_BYTES = 49

export interface PostgresTargetsOptions {
  /** Read models whose rows are kept in columns, by name; all others are kept as one document each. */
  readonly tables?: Readonly<Record<string, TableDeclaration>>
}

/**
 * Read models as tables of the database that the events are in.
 * @throws `invalid-argument` for columns or indexes that cannot be made
 * @example
 * const targets = postgresTargets(daybook.store.database, {
 *   tables: { 'account-balances': { columns: { balance: 'bigint' }, indexes: ['balance'] } },
 * })
 */
export function postgresTargets(database: SqlDatabase, { tables = {} }: PostgresTargetsOptions = {}): ReadModelTargets {
  const layouts = new Map(Object.entries(tables).map(([table, declared]) => [table, toLayout(table, declared)]))
  return {
    isShared: true,
    isTransactional: true,
    async open(log, readModel) {
      const layout = layouts.get(readModel) ?? documentLayout
      assertTableName(readModel, layout)
      return new PostgresTarget(database, { log, readModel, layout, holdings: new RowTables(log, readModel, layout) })
    },
    async openLedger(log, projection, tables) {
      const place = { log, readModel: projection, layout: documentLayout }
      const own = tables && new OwnTableHoldings(log, projection, tables)
      return new PostgresTarget(database, { ...place, holdings: own ?? NOTHING, ...(own && { own }) })
    },
  }
}

function assertTableName(readModel: string, layout: Layout): void {
  const longest = layout === documentLayout ? MAX_TABLE_NAME_BYTES : MAX_DECLARED_TABLE_NAME_BYTES
  if (Buffer.byteLength(readModel) <= longest) return
  refuse('readModel.name', `is longer than ${longest} bytes, which is what a table's name in PostgreSQL takes`)
}

interface TargetPlace {
  readonly log: string
  readonly readModel: string
  /** Of what is made from now on; what is there may have another. */
  readonly layout: Layout
  readonly holdings: Holdings
  /** The same, where they are tables of the user's own. */
  readonly own?: OwnTableHoldings
}

class PostgresTarget implements ReadModelTarget {
  readonly #database: SqlDatabase
  readonly #log: string
  readonly #readModel: string
  readonly #layout: Layout
  readonly #reading: Reading
  readonly #holdings: Holdings
  readonly #own: OwnTableHoldings | undefined
  readonly compareTables?: NonNullable<ReadModelTarget['compareTables']>
  readonly meetLive?: NonNullable<ReadModelTarget['meetLive']>

  constructor(database: SqlDatabase, { log, readModel, layout, holdings, own }: TargetPlace) {
    this.#holdings = holdings
    this.#own = own
    this.#database = database
    this.#log = log
    this.#readModel = readModel
    this.#layout = layout
    this.#reading = { database, log, statements: toViewReading(readModel) }
    if (own === undefined) return
    this.compareTables = (id) => this.#compare(own, id)
    this.meetLive = (id, catchUp) => this.#meetLive(id, catchUp)
  }

  async generations(): Promise<readonly KnownGeneration[]> {
    return await this.#list(this.#database)
  }

  async live(fingerprint: string): Promise<Generation> {
    const there = (await this.generations()).find(({ state }) => state === 'live')
    if (there !== undefined) return this.#open(there)
    return await this.#exclusively(async (client) => {
      const made = await this.#find(client, 'live')
      return this.#open(made ?? (await this.#add(client, 'live', fingerprint)))
    })
  }

  async build(fingerprint: string): Promise<Generation> {
    return await this.#exclusively(async (client) => {
      const begun = await this.#find(client, 'building')
      if (begun?.fingerprint === fingerprint) return this.#open(begun)
      if (begun !== undefined) await this.#remove(client, begun)
      return this.#open(await this.#add(client, 'building', fingerprint))
    })
  }

  async generation(id: number): Promise<Generation> {
    const found = (await this.generations()).find((each) => each.id === id)
    if (found === undefined) throw generationMissing(this.#readModel, `no generation ${id}`)
    return this.#open(found)
  }

  async promote(id: number, options: PromoteOptions = {}): Promise<boolean> {
    try {
      return await this.#promote(id, options)
    } catch (error) {
      if (isHeldUp(error)) return false
      throw error
    }
  }

  async #meetLive(id: number, catchUp: CatchUpWithin): Promise<void> {
    await this.#database.transaction(async (client) => {
      await client.query(HOLD, [this.#log, this.#readModel])
      await this.#catchUpWithin(client, id, catchUp)
    })
  }

  /** Whoever would move a checkpoint waits for this, and so must not wait for long. */
  async #catchUpWithin(client: SqlClient, id: number, catchUp: CatchUpWithin): Promise<void> {
    await client.query(LIMIT_IDLE)
    const all = await this.#list(client)
    const [live, built] = [all.find(({ state }) => state === 'live'), all.find((each) => each.id === id)]
    if (built === undefined || live === undefined || live.checkpoint <= built.checkpoint) return
    await catchUp(this.#open(built).within(client), { client, upTo: live.checkpoint })
  }

  async #promote(id: number, { evenBehind = false, catchUpWithin }: PromoteOptions): Promise<boolean> {
    return await this.#exclusively(async (client) => {
      // From here on nobody moves a checkpoint until the swap is done.
      await client.query(HOLD, [this.#log, this.#readModel])
      if (catchUpWithin !== undefined && !evenBehind) await this.#catchUpWithin(client, id, catchUpWithin)
      const building = await this.#find(client, 'building')
      if (building?.id !== id) throw generationMissing(this.#readModel, `no generation ${id} that is being built`)
      const live = await this.#find(client, 'live')
      if (live !== undefined && live.checkpoint > building.checkpoint && !evenBehind) return false
      const previous = await this.#find(client, 'previous')
      if (previous !== undefined) await this.#remove(client, previous)
      await client.query(SWAP, [this.#log, this.#readModel, 'building'])
      await this.#holdings.swap(client, building, live)
      return true
    })
  }

  async rollBack(): Promise<void> {
    await this.#exclusively(async (client) => {
      const previous = await this.#find(client, 'previous')
      if (previous === undefined) throw generationMissing(this.#readModel, 'no previous generation to go back to')
      const live = await this.#find(client, 'live')
      await client.query(SWAP, [this.#log, this.#readModel, 'previous'])
      await this.#holdings.swap(client, previous, live)
    })
  }

  async drop(id: number): Promise<void> {
    await this.#exclusively(async (client) => {
      const found = (await this.#list(client)).find((each) => each.id === id)
      if (found?.state === 'live') refuse('id', `is ${id}, the live generation: make another one live first`)
      if (found !== undefined) await this.#remove(client, found)
    })
  }

  async get(key: string): Promise<unknown> {
    return await readRow(this.#reading, key)
  }

  entries(options: EntriesOptions = {}): AsyncIterable<RowEntry> {
    return readEntries(this.#reading, options)
  }

  async #exclusively<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    return await this.#database.transaction(async (client) => {
      await client.query(LOCK)
      return await work(client)
    })
  }

  async #compare(own: OwnTableHoldings, id: number): Promise<readonly ComparedTable[] | undefined> {
    return await this.#database.transaction(async (client) => {
      await client.query(ONE_MOMENT)
      const all = await this.#list(client)
      const [live, built] = [all.find(({ state }) => state === 'live'), all.find((each) => each.id === id)]
      return live?.checkpoint === built?.checkpoint ? await own.compare(client) : undefined
    })
  }

  async #list(client: SqlClient): Promise<readonly KnownGeneration[]> {
    const { rows } = await client.query(LIST, [this.#log, this.#readModel])
    return rows.map(({ id, state, fingerprint, layout, position, created_at }) => ({
      id: Number(id),
      state: state as GenerationState,
      fingerprint: this.#toFingerprint(String(fingerprint), String(layout)),
      layout: String(layout),
      checkpoint: Number(position),
      createdAt: new Date(Number(created_at)),
    }))
  }

  async #find(client: SqlClient, state: GenerationState): Promise<KnownGeneration | undefined> {
    return (await this.#list(client)).find((each) => each.state === state)
  }

  /** Rows in other columns are to be made anew, as if by another definition. */
  #toFingerprint(fingerprint: string, layout: string): string {
    return layout === this.#layout.text ? fingerprint : `${fingerprint} in other columns`
  }

  #open({ id, fingerprint, layout, state }: Omit<KnownGeneration, 'checkpoint' | 'createdAt'>): PostgresGeneration {
    const place = { log: this.#log, readModel: this.#readModel, id, layout: readLayout(this.#readModel, layout) }
    const aside = state === 'building' ? this.#own : undefined
    return new PostgresGeneration(this.#database, place, { fingerprint, ...(aside && { aside }) })
  }

  async #add(client: SqlClient, state: GenerationState, fingerprint: string) {
    const { rows } = await client.query(NEXT_ID, [this.#log, this.#readModel])
    const id = Number(rows[0]?.id)
    const layout = this.#layout.text
    await client.query(ADD, [this.#log, this.#readModel, String(id), state, fingerprint, layout])
    await this.#holdings.add(client, { id, state })
    return { id, fingerprint, layout, state }
  }

  async #remove(client: SqlClient, generation: KnownGeneration): Promise<void> {
    await client.query(REMOVE, [this.#log, this.#readModel, String(generation.id)])
    await this.#holdings.remove(client, generation)
  }
}
