import type { EventReader, EventStore, ReadOptions } from './port.ts'

/** A store on PostgreSQL, whose database read models and the user's own SQL may share. */
export interface SqlStore extends EventStore {
  readonly database: SqlDatabase
  /** The names of the logs that have events, in the order of their bytes in UTF-8. */
  logs(): Promise<readonly string[]>
  /** The events of a log as an open transaction sees them, with those that it has appended. */
  readWithin(client: SqlClient, log: string, options?: ReadOptions): EventReader
}

export interface SqlDatabase {
  /** Runs `work` in one transaction, and commits unless it throws. @throws `connection-lost` */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>
  /** One statement in a transaction of its own, in one round trip. @throws `connection-lost` */
  query: SqlClient['query']
}

/**
 * One connection, inside a transaction; an append may join it. Parameters are `$1`, `$2` …; the rows' values have the
 * types that the driver gives them.
 */
export interface SqlClient {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

/** Is this a store on PostgreSQL (or PGlite)? Then `store.database` runs the user's own SQL beside it. */
export function isSqlStore(store: EventStore): store is SqlStore {
  return 'database' in store
}
