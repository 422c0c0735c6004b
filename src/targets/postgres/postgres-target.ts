/**
 * Read models as tables in the schema `daybook_read_models`: one for each generation, all logs in it, and a view under
 * the read model's own name that shows the live rows of each log. A swap is one update of `daybook.generations`.
 *
 * What changes which generations there are takes one lock for all read models: it is rare, and it creates and drops.
 */
import {
  type EntriesOptions,
  type Generation,
  type GenerationInfo,
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
import { ADD, HOLD, KNOWN_IDS, LIST, NEXT_ID, REMOVE, SWAP } from './generation-statements.ts'
import { PostgresGeneration } from './postgres-generation.ts'
import { type Reading, readEntries, readRow } from './reading.ts'
import {
  CREATE_SCHEMA,
  createView,
  dropView,
  FIND_SCHEMA,
  FIND_TABLE,
  LOCK,
  toReading,
  toStatements,
  toTable,
  toView,
} from './statements.ts'

/** What PostgreSQL keeps of an identifier is 63 bytes, and a generation's number follows the name. */
const MAX_TABLE_NAME_BYTES = 56

/** Read models as tables of the database that the events are in. */
export function postgresTargets(database: SqlDatabase): ReadModelTargets {
  return {
    isShared: true,
    isTransactional: true,
    async open(log, readModel) {
      if (Buffer.byteLength(readModel) > MAX_TABLE_NAME_BYTES) {
        refuse(
          'readModel.name',
          `is longer than ${MAX_TABLE_NAME_BYTES} bytes, which is what a table's name in PostgreSQL takes`,
        )
      }
      return new PostgresTarget(database, log, readModel)
    },
    async openLedger(log, projection) {
      return new PostgresTarget(database, log, projection, false)
    },
  }
}

class PostgresTarget implements ReadModelTarget {
  readonly #database: SqlDatabase
  readonly #log: string
  readonly #readModel: string
  readonly #reading: Reading
  readonly #hasTables: boolean

  constructor(database: SqlDatabase, log: string, readModel: string, hasTables = true) {
    this.#hasTables = hasTables
    this.#database = database
    this.#log = log
    this.#readModel = readModel
    this.#reading = { database, log, statements: toReading(toView(readModel)) }
  }

  async generations(): Promise<readonly GenerationInfo[]> {
    return await this.#database.transaction((client) => this.#list(client))
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
      if (begun !== undefined) await this.#remove(client, begun.id)
      return this.#open(await this.#add(client, 'building', fingerprint))
    })
  }

  async generation(id: number): Promise<Generation> {
    const found = (await this.generations()).find((each) => each.id === id)
    if (found === undefined) throw generationMissing(this.#readModel, `no generation ${id}`)
    return this.#open(found)
  }

  async promote(id: number, { evenBehind = false }: PromoteOptions = {}): Promise<boolean> {
    return await this.#exclusively(async (client) => {
      // From here on nobody moves a checkpoint until the swap is done.
      await client.query(HOLD, [this.#log, this.#readModel])
      const building = await this.#find(client, 'building')
      if (building?.id !== id) throw generationMissing(this.#readModel, `no generation ${id} that is being built`)
      const live = await this.#find(client, 'live')
      if (live !== undefined && live.checkpoint > building.checkpoint && !evenBehind) return false
      const previous = await this.#find(client, 'previous')
      if (previous !== undefined) await this.#remove(client, previous.id)
      await client.query(SWAP, [this.#log, this.#readModel, 'building'])
      return true
    })
  }

  async rollBack(): Promise<void> {
    await this.#exclusively(async (client) => {
      const previous = await this.#find(client, 'previous')
      if (previous === undefined) throw generationMissing(this.#readModel, 'no previous generation to go back to')
      await client.query(SWAP, [this.#log, this.#readModel, 'previous'])
    })
  }

  async drop(id: number): Promise<void> {
    await this.#exclusively(async (client) => {
      const found = (await this.#list(client)).find((each) => each.id === id)
      if (found?.state === 'live') refuse('id', `is ${id}, the live generation: make another one live first`)
      if (found !== undefined) await this.#remove(client, id)
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

  async #list(client: SqlClient): Promise<readonly GenerationInfo[]> {
    const { rows } = await client.query(LIST, [this.#log, this.#readModel])
    return rows.map(({ id, state, fingerprint, position, created_at }) => ({
      id: Number(id),
      state: state as GenerationState,
      fingerprint: String(fingerprint),
      checkpoint: Number(position),
      createdAt: new Date(Number(created_at)),
    }))
  }

  async #find(client: SqlClient, state: GenerationState): Promise<GenerationInfo | undefined> {
    return (await this.#list(client)).find((each) => each.state === state)
  }

  #open({ id, fingerprint }: Pick<GenerationInfo, 'id' | 'fingerprint'>): Generation {
    return new PostgresGeneration(this.#database, { log: this.#log, readModel: this.#readModel, id }, { fingerprint })
  }

  /** A role that may not create anything can still use a table that is there. */
  async #add(client: SqlClient, state: GenerationState, fingerprint: string) {
    const { rows } = await client.query(NEXT_ID, [this.#log, this.#readModel])
    const id = Number(rows[0]?.id)
    const statements = toStatements(this.#readModel, id)
    await client.query(ADD, [this.#log, this.#readModel, String(id), state, fingerprint])
    if (!this.#hasTables) return { id, fingerprint }
    // `if not exists` asks for the right to create also where there is nothing to create.
    if (!(await isFound(client, FIND_SCHEMA, []))) await client.query(CREATE_SCHEMA)
    if (!(await isFound(client, FIND_TABLE, [toTable(this.#readModel, id)]))) {
      await client.query(statements.createTable)
      await this.#showLive(client)
    }
    await client.query(statements.clear, [this.#log])
    return { id, fingerprint }
  }

  async #remove(client: SqlClient, id: number): Promise<void> {
    await client.query(REMOVE, [this.#log, this.#readModel, String(id)])
    if (!this.#hasTables) return
    if ((await this.#knownIds(client)).includes(id)) {
      await client.query(toStatements(this.#readModel, id).clear, [this.#log])
    } else {
      await this.#showLive(client)
      await client.query(`drop table if exists ${toTable(this.#readModel, id)}`)
    }
  }

  async #showLive(client: SqlClient): Promise<void> {
    const ids = await this.#knownIds(client)
    await client.query(ids.length === 0 ? dropView(this.#readModel) : createView(this.#readModel, ids))
  }

  async #knownIds(client: SqlClient): Promise<readonly number[]> {
    const { rows } = await client.query(KNOWN_IDS, [this.#readModel])
    return rows.map(({ generation }) => Number(generation))
  }
}

async function isFound(client: SqlClient, text: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await client.query(text, values)
  return rows[0]?.found === true
}
