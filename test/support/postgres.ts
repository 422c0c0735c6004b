/**
 * Databases for tests, on the server that global-setup.ts found. A test file makes its own, and drops it at its end:
 *
 *     describeOnPostgres('append', () => {
 *       const database = useTestDatabase()
 *       test('…', () => open(database.url))
 *     })
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, inject } from 'vitest'

export interface TestDatabase {
  readonly url: string
  /** @throws when a connection to the database is still open: something that the tests used was not closed. */
  drop(): Promise<void>
}

/** What a test that needs a server is declared with: skipped, as the run's first line says, where there is none. */
export const describeOnPostgres = describe.skipIf(inject('postgres') === null)

/** The same for tests that start a server of their own with `startPostgres`. */
export const describeOnOwnPostgres = describe.skipIf(!inject('canStartPostgres'))

/** Closing a client returns before the server has ended its session; a leak is what is still there later. */
const SESSION_END_TIMEOUT_MS = 3_000
/** Far from UTC, and not by whole hours: a time that loses its zone on the way does not come back by luck. */
const TIME_ZONE = 'Asia/Kathmandu'

/** A database with Daybook's tables and no events. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(server().template)
}

/** A database with nothing in it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase(server().emptyTemplate)
}

/** A database for the tests of the enclosing `describe` or file; its url may be read when they run. */
export function useTestDatabase(create: () => Promise<TestDatabase> = createTestDatabase): { readonly url: string } {
  let database: TestDatabase | undefined
  beforeAll(async () => {
    database = await create()
  })
  afterAll(() => database?.drop())
  return {
    get url() {
      if (database === undefined) throw new Error('The database is made before the first test: read its url in a test.')
      return database.url
    },
  }
}

function server(): { url: string; template: string; emptyTemplate: string } {
  const found = inject('postgres')
  if (found === null) throw new Error('There is no PostgreSQL: declare the tests with describeOnPostgres.')
  return found
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const name = `daybook_test_${randomBytes(6).toString('hex')}`
  await onServer(async (client) => {
    await client.query(`create database ${name} template ${template}`)
    await client.query(`alter database ${name} set timezone to '${TIME_ZONE}'`)
  })
  const url = new URL(server().url)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer((client) => dropDatabase(client, name)) }
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  const leaks = await findLeaks(client, name)
  if (leaks.length === 0) {
    await client.query(`drop database ${name}`)
    return
  }
  // The database stays until the server goes: to cut the connections off would only drown this in further errors.
  const list = leaks.map((leak) => `\n  ${leak}`).join('')
  throw new Error(`The tests left ${leaks.length} connections to their database open; their last queries:${list}`)
}

async function findLeaks(client: Client, name: string): Promise<string[]> {
  const deadline = Date.now() + SESSION_END_TIMEOUT_MS
  for (;;) {
    const leaks = await listSessions(client, name)
    if (leaks.length === 0 || Date.now() > deadline) return leaks
    await sleep(20)
  }
}

async function listSessions(client: Client, name: string): Promise<string[]> {
  const { rows } = await client.query(
    `select application_name, state, left(query, 200) as query
     from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
    [name],
  )
  return rows.map((row) => `${row.application_name || 'unnamed'} (${row.state}): ${row.query}`)
}

async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server().url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
