/**
 * Brings the database to the shape that this code knows: the numbered files of sql/migrations, each once, in order, in
 * one transaction, under a lock. What was applied is kept with a checksum: a migration is never edited, only followed.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { DaybookError } from '../../errors/index.ts'
import type { SqlClient } from '../../store/index.ts'
import type { Database, TransactionSession } from './database.ts'

export interface Migration {
  readonly number: number
  /** Such as `0004-events`. */
  readonly name: string
  readonly text: string
  readonly checksum: string
}

interface Applied {
  readonly number: number
  readonly name: string
  readonly checksum: string
}

/** Any number will do, as long as it is always this one: it spells "daybook" on a telephone. */
const MIGRATION_LOCK = 3_292_665

/**
 * An empty database is migrated; one that holds a store only when `mayMigrate`.
 * @throws `store-newer`, `migration-altered`, `migration-needed`
 */
export async function migrate(database: Database, mayMigrate: boolean): Promise<void> {
  const known = knownMigrations()
  const isCurrent = await database.transaction(async ({ client }) => isUpToDate(await readApplied(client), known))
  if (isCurrent) return
  await database.transaction(async (session) => {
    const { client } = session
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    const applied = await readApplied(client)
    if (isUpToDate(applied, known)) return
    if (applied.length > 0 && !mayMigrate) throw migrationNeeded(applied.length, known.length)
    for (const migration of known.slice(applied.length)) await apply(session, migration)
  })
}

export function knownMigrations(): readonly Migration[] {
  const directory = new URL('./sql/migrations/', import.meta.url)
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, directory), 'utf8')
      const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
      return { number: Number.parseInt(file, 10), name: file.replace(/\.sql$/, ''), text, checksum }
    })
}

async function readApplied(client: SqlClient): Promise<Applied[]> {
  // Not `to_regclass`: its cache may still say what was true before this session waited for the lock.
  const { rows } = await client.query(
    "select from pg_catalog.pg_tables where schemaname = 'daybook' and tablename = 'migrations'",
  )
  if (rows.length === 0) return []
  const applied = await client.query('select number, name, checksum from daybook.migrations order by number')
  return applied.rows as unknown as Applied[]
}

/** Compares what is applied with what is known. @throws `store-newer`, `migration-altered` */
function isUpToDate(applied: readonly Applied[], known: readonly Migration[]): boolean {
  if (applied.length > known.length) throw storeNewer(applied.length, known.length)
  for (const [place, { name, checksum }] of applied.entries()) {
    if (known[place]?.checksum !== checksum) throw migrationAltered(name)
  }
  return applied.length === known.length
}

async function apply(session: TransactionSession, { number, name, text, checksum }: Migration): Promise<void> {
  await session.run(text)
  const insert = 'insert into daybook.migrations (number, name, checksum) values ($1, $2, $3)'
  await session.client.query(insert, [number, name, checksum])
}

function storeNewer(found: number, known: number): DaybookError {
  const message =
    `The database is at migration ${found}, and this Daybook knows only ${known}: a newer one has migrated it. ` +
    'Install that version of daybook here too.'
  return new DaybookError('store-newer', message, { found, known })
}

function migrationAltered(migration: string): DaybookError {
  const message =
    `The migration ${migration} that the database has applied is not the one that this Daybook has. ` +
    'Use the version of daybook that made the database, or one that followed it.'
  return new DaybookError('migration-altered', message, { migration })
}

function migrationNeeded(found: number, known: number): DaybookError {
  const message =
    `The database is at migration ${found}, and this Daybook needs ${known}. It holds a store, so it is left alone: ` +
    'make a backup, then open it with { migrate: true }.'
  return new DaybookError('migration-needed', message, { found, known })
}
