/**
 * PostgreSQL inside this process, through PGlite, in a folder of its own. It has one session, so everything waits its
 * turn; nobody else can have the folder open, so there is nobody to notify.
 *
 * It never calls fsync: what is acknowledged survives the end of the process, however it ends, but not the loss of power.
 */
import type { PGlite, Transaction } from '@electric-sql/pglite'
import { DaybookError } from '../../errors/index.ts'
import { refuse, type SqlClient, type Wakeups } from '../../store/index.ts'
import { ARRAY_OIDS } from './binary-arrays.ts'
import {
  type AppendSession,
  type Database,
  remembering,
  type Session,
  sessionOf,
  type TransactionSession,
} from './database.ts'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'
import { CHANNEL, type Row, type Statement } from './statements.ts'

type PGliteModule = typeof import('@electric-sql/pglite')

type Queryable = Pick<PGlite | Transaction, 'query'>

/** Binary arrays pass through; every column comes back as its text. */
const pass = (value: unknown) => value as string
const SERIALIZERS = Object.fromEntries(ARRAY_OIDS.map((oid) => [oid, pass]))
/** The types of every column that our statements give: bigint, smallint, integer, text, json, float8, uuid. */
const PARSERS = Object.fromEntries([20, 21, 23, 25, 114, 701, 2950].map((oid) => [oid, pass]))

export class PgliteDatabase implements Database {
  /** One session works off one call after the other; the next group gathers meanwhile. */
  readonly appendsUnderWay = 1
  readonly #db: PGlite
  readonly #lock: DirectoryLock
  readonly #wakeups: Wakeups
  #isListening = false
  #closing: Promise<void> | undefined

  private constructor(db: PGlite, lock: DirectoryLock, wakeups: Wakeups) {
    this.#db = db
    this.#lock = lock
    this.#wakeups = wakeups
  }

  /** @throws `store-locked`, `missing-driver` */
  static async open(directory: string, wakeups: Wakeups): Promise<PgliteDatabase> {
    const { PGlite } = await importPglite()
    const lock = await lockDirectory(directory)
    try {
      const db = await PGlite.create({ dataDir: directory })
      await db.exec('set enable_seqscan = off; set jit = off')
      return new PgliteDatabase(db, lock, wakeups)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  query(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return queryTexts(this.#db, statement, values)
  }

  async appender(): Promise<AppendSession> {
    return { query: (statement, values) => this.query(statement, values), release() {} }
  }

  queryOwn(text: string, values?: readonly unknown[]): ReturnType<SqlClient['query']> {
    return this.#db.query<Record<string, unknown>>(text, values && [...values])
  }

  async transaction<T>(work: (session: TransactionSession) => Promise<T>): Promise<T> {
    return (await this.#db.transaction((transaction) => work(toTransactionSession(transaction)))) as T
  }

  join(transaction: unknown): Session {
    const own = sessionOf(transaction)
    if (own !== undefined) return own
    if (!isTransaction(transaction)) refuse('transaction', 'is not an open PGlite transaction')
    return { query: (statement, values) => queryTexts(transaction, statement, values) }
  }

  announce(): void {}

  /** What is notified here comes from appends that joined a transaction of the caller's. */
  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    void this.#db.listen(CHANNEL, (log) => this.#wakeups.wake(log)).catch(() => {})
  }

  close(): Promise<void> {
    this.#closing ??= this.#db.close().finally(() => this.#lock.release())
    return this.#closing
  }
}

async function queryTexts(db: Queryable, { text }: Statement, values: readonly unknown[]): Promise<Row[]> {
  const options = { rowMode: 'array', serializers: SERIALIZERS, parsers: PARSERS } as const
  const result = await db.query<(string | null)[]>(text, [...values], options)
  return result.rows
}

function toTransactionSession(transaction: Transaction): TransactionSession {
  const client: SqlClient = {
    query: async (text, values) => await transaction.query<Record<string, unknown>>(text, values && [...values]),
  }
  return remembering({
    client,
    query: (statement, values) => queryTexts(transaction, statement, values),
    run: async (script) => void (await transaction.exec(script)),
    copyFrom: async (statement, chunks) => {
      const blob = new Blob([...chunks])
      await transaction.query(statement.text.replace('from stdin', "from '/dev/blob'"), [], { blob })
    },
  })
}

function isTransaction(value: unknown): value is Transaction {
  return typeof value === 'object' && value !== null && 'query' in value && 'rollback' in value
}

async function importPglite(): Promise<PGliteModule> {
  try {
    return await import('@electric-sql/pglite')
  } catch (cause) {
    const install = 'npm install @electric-sql/pglite'
    const message = `A file: store needs the package @electric-sql/pglite, which is not installed. Install it: ${install}`
    throw new DaybookError('missing-driver', message, { driver: '@electric-sql/pglite', install }, { cause })
  }
}
