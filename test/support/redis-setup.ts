/**
 * The Redis of a test run: the server that `DAYBOOK_TEST_REDIS` names, or else one of its own for each test file, from
 * this machine's redis-server. The run's first lines say which.
 */
import { createClient } from 'redis'
import type { TestProject } from 'vitest/node'
import { findRedisVersion } from './redis-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the server that was given; `own` where each test file starts one; null where there is none. */
    redis: string | null
    /** Whether `startRedis` can work here. */
    canStartRedis: boolean
  }
}

export async function setUpRedis(project: TestProject): Promise<undefined> {
  const version = findRedisVersion()
  project.provide('canStartRedis', version !== undefined)
  const given = process.env.DAYBOOK_TEST_REDIS
  if (given !== undefined && given !== '') {
    console.log(`Redis ${await askVersion(given)} at ${new URL(given).host} (DAYBOOK_TEST_REDIS)`)
    project.provide('redis', given)
  } else if (version !== undefined) {
    console.log(`Redis ${version} from this machine's redis-server, one for each test file that needs it`)
    project.provide('redis', 'own')
  } else {
    announceNone()
    project.provide('redis', null)
  }
}

async function askVersion(url: string): Promise<string> {
  const client = await createClient({ url, socket: { reconnectStrategy: false } })
    .on('error', () => {}) // The same is thrown by what we wait for.
    .connect()
  const info = await client.info('server')
  client.destroy()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'of unknown version'
}

function announceNone(): void {
  const skipped = 'NO REDIS: every test that needs one (*.redis.test.ts) IS SKIPPED.'
  const remedy = 'Install redis-server, version 7 or newer, or set DAYBOOK_TEST_REDIS to the URL of a server.'
  if (process.env.CI === 'true') throw new Error(`${skipped} ${remedy}`)
  console.warn(`\n${skipped}\n${remedy}\n`)
}
