/** The server that everything runs on: one of our own, as it would be set up for production on a small machine. */
import { type PostgresServer, startPostgres } from '../test/support/postgres-server.ts'

/** The same for all sides. What is not named here is PostgreSQL's default; autovacuum is on. */
const SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: 200,
}

export async function startServer(): Promise<PostgresServer> {
  return await startPostgres({ settings: SETTINGS })
}

/** Printed with the results, as the server itself says them. */
export const SHOWN_SETTINGS = [...Object.keys(SETTINGS), 'autovacuum', 'wal_level', 'full_page_writes']
