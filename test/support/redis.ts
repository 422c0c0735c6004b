/**
 * A Redis for the tests of a file: the server that was given to the run, or one of the file's own.
 *
 *     describeOnRedis('append', () => {
 *       const redis = useRedis()
 *       test('…', () => open(redis.url))
 *     })
 *
 * A server that was given is shared with others: a test writes to names of its own, and removes nothing.
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
  const given = inject('redis')
  beforeAll(async () => {
    if (given === 'own') server = await startRedis(options)
  })
  afterAll(async () => {
    await using closed = server
    if (closed !== undefined) await assertNoLeaks(closed.url)
  })
  return {
    get url() {
      if (given !== null && given !== 'own') return given
      if (server === undefined) throw new Error('The server is started before the first test: read its url in a test.')
      return server.url
    },
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
