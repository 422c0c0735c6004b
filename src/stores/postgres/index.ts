/**
 * The event store on PostgreSQL: a server through `pg`, or the one inside this process through PGlite. Both run the
 * same SQL, in ./sql; database.ts is where they part.
 */
import type { Pool } from 'pg'
import { Lifetime, notDurable, refuse, type SqlStore, toFolder } from '../../store/index.ts'
import type { Database } from './database.ts'
import { assertDurable } from './durability.ts'
import { migrate } from './migrate.ts'
import { importPg, PgDatabase } from './pg-database.ts'
import { PgliteDatabase } from './pglite-database.ts'
import { PostgresStore } from './postgres-store.ts'

export interface PostgresOptions {
  /** Migrate a database that holds a store already. An empty one is always migrated. */
  readonly migrate?: boolean
  /** Connections for reads and transactions: 10 when absent. Not for a pool of the caller's own. */
  readonly maxConnections?: number
  /** False for a pooler that hands sessions about between statements. Not for a pool of the caller's own. */
  readonly preparedStatements?: boolean
  /** Refuse what may lose an acknowledged append when the machine stops. */
  readonly requireDurable?: boolean
}

const DEFAULT_MAX_CONNECTIONS = 10

/**
 * The store in a PostgreSQL 14 or newer. A pool of the caller's own is used as it is, and not closed.
 * @throws `missing-driver`, `store-newer`, `migration-altered`, `migration-needed`, `not-durable`
 */
export async function openPostgres(where: string | Pool, options: PostgresOptions = {}): Promise<SqlStore> {
  const lifetime = new Lifetime('postgres')
  const { maxConnections = DEFAULT_MAX_CONNECTIONS, preparedStatements = true } = options
  const database =
    typeof where === 'string'
      ? PgDatabase.fromUrl(await importPg(), where, { maxConnections, preparedStatements }, lifetime.wakeups)
      : PgDatabase.fromPool(where, lifetime.wakeups)
  return await openStore('postgres', database, lifetime, options)
}

/**
 * The store in the folder that a `file:` URL names, by a path that may be relative. One process at a time.
 * @throws `store-locked`, `missing-driver`, `store-newer`, `migration-altered`, `migration-needed`, `not-durable`
 */
export async function openPglite(url: string, options: PostgresOptions = {}): Promise<SqlStore> {
  if (options.requireDurable) throw notDurable('pglite', 'A file: store', NO_FSYNC)
  const lifetime = new Lifetime('pglite')
  return await openStore('pglite', await PgliteDatabase.open(toDirectory(url), lifetime.wakeups), lifetime, options)
}

const NO_FSYNC = {
  code: 'DAYBOOK_PGLITE_NO_FSYNC',
  risk: 'It outlives its process, but PGlite never waits for the disk: the loss of power takes what was written last. Open a PostgreSQL server.',
}

function toDirectory(url: string): string {
  const directory = toFolder(url)
  return directory === '' ? refuse('url', 'names no folder; give one, such as file:./.daybook') : directory
}

async function openStore(engine: string, database: Database, lifetime: Lifetime, options: PostgresOptions) {
  try {
    if (options.requireDurable) await assertDurable(database)
    await migrate(database, options.migrate ?? false)
    return new PostgresStore(engine, database, lifetime)
  } catch (error) {
    await database.close()
    throw error
  }
}
