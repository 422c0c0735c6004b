import {
  assertReadOptions,
  type Capabilities,
  type EventLog,
  type EventReader,
  type Lifetime,
  Logs,
  pagedReader,
  type ReadOptions,
  type SqlClient,
  type SqlDatabase,
  type SqlStore,
} from '../../store/index.ts'
import type { Database } from './database.ts'
import { PostgresLog } from './postgres-log.ts'
import { logSource } from './reading.ts'
import { statement } from './statements.ts'

/** The event store on PostgreSQL, whichever way that is reached. */
export class PostgresStore implements SqlStore {
  readonly engine: string
  readonly capabilities: Capabilities
  readonly database: SqlDatabase
  readonly #database: Database
  readonly #lifetime: Lifetime
  readonly #logs: Logs
  #closing: Promise<void> | undefined

  constructor(engine: string, database: Database, lifetime: Lifetime) {
    this.engine = engine
    this.capabilities = {
      gaplessPositions: true,
      joinsTransactions: true,
      durable: true,
      shared: engine === 'postgres',
      multiStream: true,
      largeAppends: true,
      uniqueEventIds: true,
      importsFuture: true,
    }
    this.#database = database
    this.#lifetime = lifetime
    this.#logs = new Logs(this, lifetime, (name) => new PostgresLog(name, database, lifetime))
    this.database = {
      transaction: (work) => {
        lifetime.assertOpen()
        return database.transaction(({ client }) => work(client))
      },
      query: async (text, values) => {
        lifetime.assertOpen()
        return await database.queryOwn(text, values)
      },
    }
  }

  log(name: string): EventLog {
    return this.#logs.log(name)
  }

  async logs(): Promise<readonly string[]> {
    this.#lifetime.assertOpen()
    return (await this.#database.query(statement('list-logs'), [])).map(([log]) => String(log))
  }

  readWithin(client: SqlClient, log: string, options: ReadOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertReadOptions(options)
    return pagedReader(logSource(this.#database.join(client), log, options))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lifetime.close()
    await this.#logs.idle()
    await this.#database.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
