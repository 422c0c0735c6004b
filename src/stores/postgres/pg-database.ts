/**
 * A PostgreSQL server through `pg`: a pool for reading and for transactions, one pipelined connection for appends, one
 * for notifications. With a pool of the caller's own, everything goes through that pool.
 *
 * Connections are checked out of the pool for each statement: `pool.query` gives up the connection after any error.
 */
import { setMaxListeners } from 'node:events'
import type { Client, ClientConfig, Pool, PoolClient } from 'pg'
import { DaybookError } from '../../errors/index.ts'
import { namingLoss, refuse, retrying, type SqlClient, type Wakeups } from '../../store/index.ts'
import { AppendConnections } from './append-connections.ts'
import { copyIn } from './copy-in.ts'
import {
  type AppendSession,
  type Database,
  remembering,
  type Session,
  sessionOf,
  type TransactionSession,
} from './database.ts'
import { POSTGRES_LOSSES } from './failures.ts'
import { type HeldConnection, Notifications } from './notifications.ts'
import type { Row, Statement } from './statements.ts'

export type PgModule = typeof import('pg')

export interface PgOptions {
  /** Connections of the pool for reads and transactions; appends and notifications have one each beside it. */
  readonly maxConnections: number
  /** Whether sessions may keep plans: not through a pooler that hands sessions about between statements. */
  readonly preparedStatements: boolean
}

/** Every statement here finds its rows by an index; a plan made while a table was empty must not outlive that. */
const SESSION_OPTIONS = '-c enable_seqscan=off -c jit=off -c client_min_messages=warning'

/** Half a minute without an answer to a connection attempt is a server that is not there. */
const CONNECT_TIMEOUT_MS = 30_000

export class PgDatabase implements Database {
  readonly appendsUnderWay: number
  readonly #pool: Pool
  readonly #named: boolean
  /** Undefined where the pool is the caller's own: then appends, too, go through that. */
  readonly #appends: AppendConnections | undefined
  readonly #notifications: Notifications
  readonly #closed = new AbortController()
  #closing: Promise<void> | undefined

  private constructor(pool: Pool, connect: (() => Promise<Client>) | undefined, named: boolean, wakeups: Wakeups) {
    this.#pool = pool
    setMaxListeners(0, this.#closed.signal)
    this.#named = named
    this.#appends = connect && new AppendConnections(connect)
    // Only a pipelined connection takes a second append before the first is answered, and keeps their order.
    this.appendsUnderWay = connect === undefined ? 1 : 2
    this.#notifications = new Notifications(
      () => (connect === undefined ? holdPooled(pool) : holdOwn(connect)),
      wakeups,
      named,
    )
  }

  static fromUrl(pg: PgModule, url: string, options: PgOptions, wakeups: Wakeups): PgDatabase {
    const config: ClientConfig = {
      connectionString: url,
      application_name: 'daybook',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(options.preparedStatements ? { options: SESSION_OPTIONS } : {}),
    }
    assertUrl(pg, config)
    const pool = new pg.Pool({ ...config, max: options.maxConnections, allowExitOnIdle: true })
    pool.on('error', () => {}) // An idle connection was lost; the pool has dropped it and makes another when asked.
    return new PgDatabase(pool, () => connectClient(pg, config), options.preparedStatements, wakeups)
  }

  static fromPool(pool: Pool, wakeups: Wakeups): PgDatabase {
    return new PgDatabase(pool, undefined, false, wakeups)
  }

  query(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return retrying(POSTGRES_LOSSES, () => this.#queryOnce(statement, values), this.#closed.signal)
  }

  async #queryOnce(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const client = await this.#pool.connect()
    return await releasing(client, () => queryTexts(client, statement, values, this.#named))
  }

  async appender(log: string): Promise<AppendSession> {
    if (this.#appends === undefined) {
      // Not again: whether an append may be sent again is the appender's to judge.
      return { query: (statement, values) => this.#queryOnce(statement, values), release() {} }
    }
    const { client, release } = await this.#appends.lease(log)
    return { query: (statement, values) => queryTexts(client, statement, values, this.#named), release }
  }

  queryOwn(text: string, values?: readonly unknown[]): ReturnType<SqlClient['query']> {
    return namingLoss(POSTGRES_LOSSES, async () => {
      const client = await this.#pool.connect()
      return await releasing(client, () => client.query<Record<string, unknown>>(text, values && [...values]))
    })
  }

  transaction<T>(work: (session: TransactionSession) => Promise<T>): Promise<T> {
    return namingLoss(POSTGRES_LOSSES, async () => {
      const client = await this.#pool.connect()
      return await releasing(client, () => transact(client, work))
    })
  }

  join(transaction: unknown): Session {
    const own = sessionOf(transaction)
    if (own !== undefined) return own
    if (!isPgClient(transaction)) refuse('transaction', 'is not a pg client with an open transaction')
    return { query: (statement, values) => queryTexts(transaction, statement, values, false) }
  }

  announce(log: string): void {
    this.#notifications.announce(log)
  }

  listen(): void {
    this.#notifications.listen()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#closed.abort()
    await this.#notifications.close()
    if (this.#appends === undefined) return
    await this.#appends.close()
    await this.#pool.end()
  }
}

async function transact<T>(client: PoolClient, work: (session: TransactionSession) => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work(toTransactionSession(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** What `pg` makes of a URL it says only when it connects, and then with all that is in it. @throws `invalid-argument` */
function assertUrl(pg: PgModule, config: ClientConfig): void {
  try {
    new pg.Client(config)
  } catch {
    refuse('url', 'is not a URL that pg can read, such as postgres://localhost:5432/bank')
  }
}

async function connectClient(pg: PgModule, config: ClientConfig): Promise<Client> {
  const client = new pg.Client({ ...config, pipeline: true })
  client.on('error', () => {}) // Its queries fail by themselves; whoever holds the client hears of the end.
  await client.connect()
  return client
}

/** A connection of the caller's pool. It is not given back: it listens. */
async function holdPooled(pool: Pool): Promise<HeldConnection> {
  const client = await pool.connect()
  return { client, end: async () => client.release(true) }
}

async function holdOwn(connect: () => Promise<Client>): Promise<HeldConnection> {
  const client = await connect()
  return { client, end: () => client.end() }
}

async function releasing<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  let failure: unknown
  // Without a listener the loss of a connection that is checked out would end the process.
  const onError = (error: Error) => {
    failure = error
  }
  client.on('error', onError)
  try {
    return await work()
  } finally {
    client.off('error', onError)
    client.release(failure instanceof Error ? failure : undefined)
  }
}

/** Every column as the text that the server sent. */
const AS_TEXT = { getTypeParser: () => (text: string) => text }

async function queryTexts(
  client: Client | PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
  isNamed: boolean,
): Promise<Row[]> {
  const query = { text, values: [...values], rowMode: 'array' as const, types: AS_TEXT, ...(isNamed ? { name } : {}) }
  const result = await client.query<(string | null)[]>(query)
  return result.rows
}

function toTransactionSession(client: PoolClient): TransactionSession {
  const sqlClient: SqlClient = {
    query: async (text, values) => await client.query<Record<string, unknown>>(text, values && [...values]),
  }
  return remembering({
    client: sqlClient,
    query: (statement, values) => queryTexts(client, statement, values, false),
    run: async (script) => void (await client.query(script)),
    copyFrom: (statement, chunks) => copyIn(client, statement, chunks),
  })
}

function isPgClient(value: unknown): value is Client {
  return (
    typeof value === 'object' && value !== null && 'query' in value && 'connect' in value && !('totalCount' in value)
  )
}

/** @throws `missing-driver` */
export async function importPg(): Promise<PgModule> {
  try {
    const module = await import('pg')
    return (module.default ?? module) as PgModule
  } catch (cause) {
    const message = 'A postgres:// store needs the package pg, which is not installed. Install it: npm install pg'
    throw new DaybookError('missing-driver', message, { driver: 'pg', install: 'npm install pg' }, { cause })
  }
}
