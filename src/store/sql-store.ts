import type { EventStore } from './port.ts'

/** A store on PostgreSQL, whose database read models and the user's own SQL may share. */
export interface SqlStore extends EventStore {
  readonly database: SqlDatabase
}

export interface SqlDatabase {
  /** Runs `work` in one transaction, and commits unless it throws. @throws `connection-lost` */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>
}

/** One connection. A statement is sent when the one before has answered. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

export function isSqlStore(store: EventStore): store is SqlStore {
  return 'database' in store
}
