/** Emmett's event store on a pool of the same size as everybody's. */
import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql'
import { Pool } from 'pg'
import { POOL_SIZE } from './plain-inserts.ts'

export async function prepareEmmett(url: string): Promise<void> {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  await store.close()
}

export async function withEmmett<T>(url: string, work: (store: PostgresEventStore) => Promise<T>): Promise<T> {
  const pool = new Pool({ connectionString: url, max: POOL_SIZE })
  const store = getPostgreSQLEventStore(url, { schema: { autoMigration: 'None' }, connectionOptions: { pool } })
  try {
    return await work(store)
  } finally {
    await store.close()
    await pool.end()
  }
}
