import { randomUUID } from 'node:crypto'
import { open } from 'daybook'
import { redisTargets } from 'daybook/redis'
import { expect, test } from 'vitest'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { Paid, rowsOf, sums } from './ledger.ts'

describeOnRedis('read models of a book on Redis', () => {
  const redis = useRedis()

  test('are kept beside its events, and go on from where they were when it is opened again', async () => {
    const log = randomUUID()
    {
      await using daybook = await open(redis.url, { log })
      await daybook.append('account-1', [Paid({ amount: 2 }), Paid({ amount: 3 })])
      await daybook.project(sums, { follow: false })
    }
    await using daybook = await open(redis.url, { log })
    expect(await daybook.generations(sums)).toMatchObject([{ state: 'live', checkpoint: 2 }])
    await daybook.append('account-2', [Paid({ amount: 4 })])
    const projection = await daybook.project(sums, { follow: false })
    expect(await rowsOf(projection)).toEqual({ 1: { sum: 5, amounts: [2, 3] }, 2: { sum: 4, amounts: [4] } })
  })

  test('are rows that other clients find, as with targets by the same URL', async () => {
    const log = randomUUID()
    await using daybook = await open(redis.url, { log })
    await daybook.append('account-1', [Paid({ amount: 2 })])
    await daybook.project(sums, { follow: false })
    await using targets = redisTargets({ url: redis.url })
    expect(await daybook.generations(sums, { targets })).toEqual(await daybook.generations(sums))
    expect(await targets.keyPrefixOf('sums', log)).toBe(`daybook:row:{${log}|sums}:1:`)
  })

  test('are rebuilt beside the live ones, and shared by the instances', async () => {
    const log = randomUUID()
    await using one = await open(redis.url, { log })
    await using other = await open(redis.url, { log })
    await one.append('account-1', [Paid({ amount: 2 })])
    const projections = await Promise.all([one.project(sums), other.project(sums)])
    expect(await one.rebuild(sums)).toMatchObject({ status: 'swapped' })
    await other.append('account-1', [Paid({ amount: 5 })])
    for (const projection of projections) {
      await projection.reached(2)
      expect(await projection.get('1')).toEqual({ sum: 7, amounts: [2, 5] })
    }
    expect((await other.generations(sums)).map(({ state }) => state)).toEqual(['previous', 'live'])
  })

  test('are asked no more when it is closed', async () => {
    const daybook = await open(redis.url, { log: randomUUID() })
    const projection = await daybook.project(sums)
    await daybook.close()
    await expect(projection.get('1')).rejects.toMatchObject({ code: 'closed', details: { what: 'store' } })
  })
})
