/**
 * What the adapter needs of a PostgreSQL, whichever way it is reached: `pg-database.ts` speaks to a server,
 * `pglite-database.ts` to the one inside this process.
 */
import type { SqlClient } from '../../store/index.ts'
import type { Row, Statement } from './statements.ts'

export interface Database {
  /** How many append calls may be on their way at once: with two, one is on the wire while the other commits. */
  readonly appendsUnderWay: number

  /** One statement by itself. Binary arrays (binary-arrays.ts) and texts are the only parameters that pass. */
  query(statement: Statement, values: readonly unknown[]): Promise<Row[]>
  /**
   * A connection for an append call, to be released after it; those for one log are worked off in the order of the
   * calls. Rejects when it cannot be had: nothing was sent.
   */
  appender(log: string): Promise<AppendSession>
  /** One statement of the user's own, in a transaction of its own. @throws `connection-lost` */
  queryOwn: SqlClient['query']
  /** Several statements, as one transaction on one connection. */
  transaction<T>(work: (session: TransactionSession) => Promise<T>): Promise<T>
  /**
   * The caller's own transaction: one of the driver's, or what `transaction` gave as its client.
   * @throws `invalid-argument` when it is no such thing.
   */
  join(transaction: unknown): Session
  /** Tells other processes that `log` has grown. Never fails: it is only a courtesy. */
  announce(log: string): void
  /** Begins to listen to what other processes announce; later calls change nothing. */
  listen(): void

  close(): Promise<void>
}

export interface Session {
  query(statement: Statement, values: readonly unknown[]): Promise<Row[]>
}

export interface AppendSession extends Session {
  release(): void
}

export interface TransactionSession extends Session {
  /** The same connection, as the user's own SQL expects it. */
  readonly client: SqlClient
  /** Several SQL statements in one text, without parameters. */
  run(script: string): Promise<void>
  /** A COPY … FROM STDIN statement, fed with its data. */
  copyFrom(statement: Statement, chunks: Iterable<Buffer>): Promise<void>
}

const sessions = new WeakMap<SqlClient, TransactionSession>()

/** Keeps the session of a client, so that `join` knows the client again. */
export function remembering(session: TransactionSession): TransactionSession {
  sessions.set(session.client, session)
  return session
}

export function sessionOf(client: unknown): Session | undefined {
  return typeof client === 'object' && client !== null ? sessions.get(client as SqlClient) : undefined
}
