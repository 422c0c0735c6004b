import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/open.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { onServer } from '../support/redis-cluster.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

type Settings = Readonly<Record<string, string>>

/** Every way to lose what is acknowledged, and the code of its warning. */
const RISKS: readonly (readonly [code: string, settings: Settings])[] = [
  ['DAYBOOK_REDIS_APPENDONLY_NO', { appendonly: 'no' }],
  ['DAYBOOK_REDIS_APPENDFSYNC_EVERYSEC', { appendfsync: 'everysec' }],
  ['DAYBOOK_REDIS_APPENDFSYNC_NO', { appendfsync: 'no' }],
  ['DAYBOOK_REDIS_NO_FSYNC_ON_REWRITE', { 'no-appendfsync-on-rewrite': 'yes' }],
  ['DAYBOOK_REDIS_EVICTION', { 'maxmemory-policy': 'allkeys-lru' }],
]

const SAFE: Settings = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
}

describeOnOwnRedis("what a server's settings allow to be lost", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.close())

  async function configure(settings: Settings): Promise<void> {
    for (const [name, value] of Object.entries({ ...SAFE, ...settings })) {
      await onServer(server, ['CONFIG', 'SET', name, value])
    }
  }

  /** The codes of the warnings of opening and closing a store. */
  async function warningsOf(url = server.url): Promise<(string | undefined)[]> {
    const codes: (string | undefined)[] = []
    const listen = (warning: Error & { code?: string }) => {
      if (warning.name === 'DaybookWarning') codes.push(warning.code)
    }
    process.on('warning', listen)
    const store = await openRedis(url)
    await store.close()
    await new Promise((go) => setImmediate(go))
    process.off('warning', listen)
    return codes
  }

  describe.each(RISKS)('%s', (code, settings) => {
    test('is warned of by name, and refused where durability is required', async () => {
      await configure(settings)
      expect(await warningsOf()).toEqual([code])
      await expect(open(server.url, { requireDurable: true })).rejects.toMatchObject({
        code: 'not-durable',
        details: { engine: 'redis', risk: code },
      })
    })
  })

  test('is nothing where the append-only file is always on disk', async () => {
    await configure({})
    expect(await warningsOf()).toEqual([])
    const daybook = await open(server.url, { requireDurable: true })
    await daybook.close()
  })

  test('is unknown where nobody may ask, and so not durable', async () => {
    await configure({})
    await onServer(server, ['ACL', 'SETUSER', 'curious', 'on', '>pw', '~*', '&*', '+@all', '-config'])
    const url = new URL(server.url)
    url.username = 'curious'
    url.password = 'pw'
    expect(await warningsOf(url.href)).toEqual(['DAYBOOK_REDIS_UNKNOWN'])
    await expect(openRedis(url.href, { requireDurable: true })).rejects.toMatchObject({ code: 'not-durable' })
    await onServer(server, ['CONFIG', 'SET', 'appendonly', 'no'])
    expect(await warningsOf(url.href)).toEqual(['DAYBOOK_REDIS_APPENDONLY_NO'])
  })
})
