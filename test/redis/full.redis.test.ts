import { assertInOrder } from 'daybook/testing'
import { expect, test } from 'vitest'
import { isDaybookError } from '../../src/errors/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { onServer } from '../support/redis-cluster.ts'
import { startRedis } from '../support/redis-server.ts'

const SIZE = 2_000

/** Two streams, tags, a command: everything that an append can write. */
function anAppend(n: number) {
  const data = { n, text: 'x'.repeat(SIZE) }
  const events = [1, 2, 3].map((part) => ({ type: `T${part}`, data, tags: [`n:${n}`, 'all'] }))
  return {
    streams: [
      { stream: `account-${n}`, events },
      { stream: 'shared-1', events: events.slice(0, 1) },
    ],
    command: { id: `command-${n}`, digest: 'd', result: { n } },
  }
}

describeOnOwnRedis('a Redis whose memory is full', () => {
  test('refuses what does not fit by name, holds whole appends alone, and takes more when there is room', async () => {
    await using server = await startRedis({ settings: { maxmemory: '12mb', 'maxmemory-policy': 'noeviction' } })
    await using store = await openRedis(server.url)
    const log = store.log('main')
    const acknowledged: number[] = []
    const refusals: unknown[] = []
    const write = async (writer: number) => {
      for (let n = writer; refusals.length < 20; n += 8) {
        await log.append(anAppend(n)).then(
          () => acknowledged.push(n),
          (error: unknown) => refusals.push(error),
        )
      }
    }
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(write))
    expect(acknowledged.length).toBeGreaterThan(100)
    for (const error of refusals) {
      if (!isDaybookError(error, 'store-full')) throw error
      expect(error.details.engine).toBe('redis')
      expect(error.details.reply).toMatch(/^OOM/)
    }
    // What it needs for its own work comes and goes: from here on there is no room at all.
    await onServer(server, ['CONFIG', 'SET', 'maxmemory', '1mb'])
    const history = [{ type: 'Opened', data: {}, stream: 'account-0' }]
    await expect(log.import(history)).rejects.toMatchObject({ code: 'store-full' })
    await expect(log.checkpoints.move('p', 0, 1)).rejects.toMatchObject({ code: 'store-full' })
    await expect(log.append(anAppend(0))).rejects.toMatchObject({ code: 'store-full' })

    const check = async () => {
      const events = await log.read().toArray()
      assertInOrder(events, true)
      expect(events).toHaveLength(4 * acknowledged.length)
      expect(await log.head()).toBe(events.length)
      expect(await log.streamVersion('shared-1')).toBe(acknowledged.length)
      expect(await log.read({ tags: ['all'] }).toArray()).toEqual(events)
      expect(await log.read({ category: 'account', types: ['T2'] }).toArray()).toHaveLength(acknowledged.length)
      const ids = new Set(acknowledged)
      for (let n = 1; n < Math.max(...acknowledged) + 8; n++) {
        expect(await log.streamVersion(`account-${n}`)).toBe(ids.has(n) ? 3 : 0)
        expect((await log.commands.find(`command-${n}`)) !== undefined).toBe(ids.has(n))
      }
    }
    await check()
    await onServer(server, ['CONFIG', 'SET', 'maxmemory', '64mb'])
    const n = Math.max(...acknowledged) + 1_000
    await log.append(anAppend(n))
    acknowledged.push(n)
    expect((await log.read({ tags: [`n:${n}`] }).toArray()).length).toBe(4)
    await server.stop('kill')
    await server.start()
    expect(await log.head()).toBe(4 * acknowledged.length)
  })
})
