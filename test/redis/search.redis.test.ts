import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImportedEvent, ReadOptions } from '../../src/store/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const EVENTS = 30_000

/** Types and categories that never meet, but for the last events; a tag on every second one. */
function* history(): Generator<ImportedEvent> {
  for (let n = 1; n <= EVENTS; n++) {
    const isOdd = n % 2 === 1
    const isLast = n > EVENTS - 2
    yield {
      stream: `${isOdd ? 'account' : 'order'}-${n % 100}`,
      type: isOdd || isLast ? 'Paid' : 'Ordered',
      data: { n },
      ...(isOdd ? { tags: ['odd'] } : {}),
      ...(n === 15_000 ? { tags: ['rare'], metadata: { correlationId: 'c1' } } : {}),
    }
  }
}

describeOnOwnRedis('a search on Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
    await using store = await openRedis(redis.url)
    await store.log('main').import(history())
  })
  afterAll(() => redis.close())

  async function positions(options: ReadOptions): Promise<number[]> {
    await using store = await openRedis(redis.url)
    return (await store.log('main').read(options).toArray()).map(({ position }) => position)
  }

  const NEVER_MEET: readonly ReadOptions[] = [
    { category: 'order', types: ['Paid'] },
    { category: 'order', types: ['Paid'], direction: 'backwards' },
    { category: 'order', types: ['Paid', 'None', 'Other'] },
  ]
  test.each(NEVER_MEET)('%o › finds what stands behind tens of thousands that do not match', async (options) => {
    expect(await positions(options)).toEqual([EVENTS])
  })

  test('that would take long is done in several calls, between which others are served', async () => {
    const client = await createClient({ url: redis.url }).connect()
    await client.sendCommand(['CONFIG', 'RESETSTAT'])
    expect(await positions({ category: 'order', tags: ['odd'] })).toEqual([])
    const stats = String(await client.sendCommand(['INFO', 'commandstats']))
    expect(Number(/cmdstat_fcall_ro:calls=(\d+)/.exec(stats)?.[1])).toBeGreaterThan(2)
    client.destroy()
  })

  describe('finds by an index, and reads no other event', () => {
    const RARE: readonly ReadOptions[] = [
      { tags: ['rare'] },
      { tags: ['rare'], direction: 'backwards' },
      { correlationId: 'c1' },
      { category: 'order', tags: ['rare'] },
      { types: ['Ordered'], tags: ['rare'] },
    ]
    test.each(RARE)('%o', async (options) => {
      const client = await createClient({ url: redis.url }).connect()
      await client.sendCommand(['CONFIG', 'RESETSTAT'])
      expect(await positions(options)).toEqual([15_000])
      const stats = String(await client.sendCommand(['INFO', 'commandstats']))
      client.destroy()
      const calls = [...stats.matchAll(/cmdstat_x(?:rev)?range:calls=(\d+)/g)].map(([, count]) => Number(count))
      expect(calls.reduce((sum, count) => sum + count, 0)).toBeLessThan(10)
    })
  })
})
