import { createClient } from 'redis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRedis } from '../../src/stores/redis/index.ts'
import { FORMAT, LIBRARY_VERSION, libraryCode } from '../../src/stores/redis/library.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

describeOnOwnRedis("the server's functions", () => {
  let server: RedisServer
  beforeEach(async () => {
    server = await startRedis()
  })
  afterEach(() => server.close())

  async function command(...words: string[]): Promise<unknown> {
    const client = await createClient({ url: server.url }).connect()
    try {
      return await client.sendCommand(words)
    } finally {
      client.destroy()
    }
  }

  const anEvent = { type: 'Opened', data: { owner: 'Ada' } }

  test('are installed by open, also by eight at once', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openRedis(server.url)))
    for (const store of stores) {
      await store.log('main').append({ streams: [{ stream: 'account-1', events: [anEvent] }] })
    }
    expect(await stores[0]?.log('main').head()).toBe(8)
    await Promise.all(stores.map((store) => store.close()))
  })

  test('of an older version are replaced', async () => {
    await command('FUNCTION', 'LOAD', libraryCode(0))
    await using store = await openRedis(server.url)
    await store.log('main').append({ streams: [{ stream: 'account-1', events: [anEvent] }] })
    expect(await store.log('main').head()).toBe(1)
  })

  test('that keep events in an older way are left alone, and the server refused', async () => {
    await command('FUNCTION', 'LOAD', libraryCode(LIBRARY_VERSION - 1, FORMAT - 1))
    await expect(openRedis(server.url)).rejects.toMatchObject({
      code: 'migration-needed',
      details: { found: LIBRARY_VERSION - 1, known: LIBRARY_VERSION },
    })
    expect(JSON.stringify(await command('FUNCTION', 'LIST', 'WITHCODE'))).toContain(`local FORMAT = ${FORMAT - 1}`)
  })

  test('of a newer version are left alone, and the server refused', async () => {
    await command('FUNCTION', 'LOAD', libraryCode(LIBRARY_VERSION + 1))
    await expect(openRedis(server.url)).rejects.toMatchObject({
      code: 'store-newer',
      details: { found: LIBRARY_VERSION + 1, known: LIBRARY_VERSION },
    })
  })

  test('that were lost are installed again by whoever misses them', async () => {
    await using store = await openRedis(server.url)
    const log = store.log('main')
    await log.append({ streams: [{ stream: 'account-1', events: [anEvent] }] })
    await command('FUNCTION', 'FLUSH')
    expect(await log.read().toArray()).toHaveLength(1)
    await command('FUNCTION', 'FLUSH')
    await log.append({ streams: [{ stream: 'account-1', events: [anEvent], expectedVersion: 1 }] })
    expect(await log.streamVersion('account-1')).toBe(2)
  })
})
