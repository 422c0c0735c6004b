/**
 * A Redis for the tests of a file: the server that was given to the run, or one of the file's own.
 *
 *     describeOnRedis('append', () => {
 *       const redis = useRedis()
 *       test('…', () => open(redis.url))
 *     })
 *
 * Of a server that was given each file takes a database that is empty, and empties it when it is done.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type RedisOptions, type RedisServer, startRedis } from './redis-server.ts'

/** What a test that needs a server is declared with: skipped, as the run's first line says, where there is none. */
export const describeOnRedis = describe.skipIf(inject('redis') === null)

/** The same for tests that start a server of their own with `startRedis`. */
export const describeOnOwnRedis = describe.skipIf(!inject('canStartRedis'))

/** Closing a client returns before the server has seen it go; a leak is what is still there later. */
const CLOSE_TIMEOUT_MS = 3_000

/** The server for the tests of the enclosing `describe` or file; its url may be read when they run. */
export function useRedis(options: RedisOptions = {}): { readonly url: string } {
  let server: RedisServer | undefined
  let database: string | undefined
  const given = inject('redis')
  beforeAll(async () => {
    if (given === 'own') server = await startRedis(options)
    else if (given !== null) database = await claimDatabase(given)
  })
  afterAll(async () => {
    if (database !== undefined) await command(database, 'FLUSHDB')
    await using closed = server
    if (closed !== undefined) await assertNoLeaks(closed.url)
  })
  return {
    get url() {
      const url = database ?? server?.url
      if (url === undefined) throw new Error('The server is there when the first test runs: read its url in a test.')
      return url
    },
  }
}

/** As many as a Redis has unless it is told otherwise; the first is left to whoever uses the server for something. */
const DATABASES = Array.from({ length: 15 }, (_, place) => place + 1)

/** Takes an empty database: other test files, which may start at the same time, see that it is taken. */
async function claimDatabase(given: string): Promise<string> {
  for (const number of DATABASES) {
    const url = new URL(given)
    url.pathname = `/${number}`
    if (Number(await command(url.href, 'DBSIZE')) > 0) continue
    if ((await command(url.href, 'SET', 'taken-by-a-test-of-daybook', String(process.pid), 'NX')) === 'OK')
      return url.href
  }
  throw new Error('The server of DAYBOOK_TEST_REDIS has no database among 1 to 15 that is empty.')
}

async function command(url: string, ...words: string[]): Promise<unknown> {
  const client = await createClient({ url }).connect()
  try {
    return await client.sendCommand(words)
  } finally {
    client.destroy()
  }
}

/** @throws when a connection is still open: something that the tests used was not closed. */
async function assertNoLeaks(url: string): Promise<void> {
  const client = await createClient({ url }).connect()
  try {
    const deadline = Date.now() + CLOSE_TIMEOUT_MS
    for (;;) {
      const others = (await client.sendCommand<string>(['CLIENT', 'LIST'])).trim().split('\n').slice(0, -1)
      if (others.length === 0) return
      if (Date.now() > deadline) throw new Error(`The tests left connections to Redis open:\n${others.join('\n')}`)
      await sleep(20)
    }
  } finally {
    client.destroy()
  }
}
