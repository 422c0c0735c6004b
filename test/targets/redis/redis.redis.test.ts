import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { promisify } from 'node:util'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RowChange } from '../../../src/store/index.ts'
import { type RedisTargets, redisTargets } from '../../../src/targets/redis/index.ts'
import { describeOnOwnRedis, describeOnRedis, useRedis } from '../../support/redis.ts'
import { startRedis } from '../../support/redis-server.ts'
import { startRelay } from '../../support/relay.ts'

describeOnRedis('on Redis', () => {
  const redis = useRedis()
  let targets: RedisTargets
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    targets = redisTargets({ url: redis.url })
    client = createClient({ url: redis.url })
    await client.connect()
  })
  afterAll(async () => {
    await targets.close()
    client.destroy()
  })

  describe('rows', () => {
    test('are read by any client under their keys, as their position and JSON', async () => {
      const { live, log } = await openPlace(targets)
      await live.save(rows({ 'é a': [{ n: 1 }, 3] }), { from: 0, to: 3 })
      const prefix = await targets.keyPrefixOf('stock', log)
      expect(await client.get(`${prefix}é a`)).toBe('3 {"n":1}')
    })

    test('are written where the batch is larger than a script, all of them', async () => {
      const { live } = await openPlace(targets)
      const many = new Map(Array.from({ length: 2_501 }, (_, n) => [`k${n}`, { row: { n }, position: n + 1 }]))
      expect(await live.save(many, { from: 0, to: 2_501 })).toBe(true)
      expect(await live.count()).toBe(2_501)
      expect((await live.load(['k0', 'k2500'])).get('k2500')).toEqual({ row: { n: 2_500 }, position: 2_501 })
    })

    test('that somebody else has changed are put right by rows that are folded anew', async () => {
      const { live, log } = await openPlace(targets)
      await live.save(rows({ a: [{ n: 5 }, 5], b: [{ n: 5 }, 5], c: [{ n: 5 }, 5] }), { from: 0, to: 6 })
      const prefix = await targets.keyPrefixOf('stock', log)
      await client.set(`${prefix}a`, '5 {"n":99}')
      await client.del(`${prefix}b`)
      await live.save(rows({ a: [{ n: 5 }, 5], b: [{ n: 5 }, 5], c: [{ n: 4 }, 4] }), { from: 6, to: 6 })
      expect(await Promise.all(['a', 'b', 'c'].map((key) => live.get(key)))).toEqual([{ n: 5 }, { n: 5 }, { n: 5 }])
    })

    test('are seen to be gone where somebody else has deleted them all', async () => {
      const { live, log } = await openPlace(targets)
      expect(await live.isEmptied()).toBe(false)
      await live.save(rows({ a: [{ n: 1 }, 1], b: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      expect(await live.isEmptied()).toBe(false)
      const prefix = await targets.keyPrefixOf('stock', log)
      await client.del([`${prefix}a`, `${prefix}b`])
      expect(await live.isEmptied()).toBe(true)
    })
  })

  test('a generation that is dropped leaves no key behind, and neither does one whose dropper died', async () => {
    const { target, log } = await openPlace(targets)
    const building = await target.build('g')
    const many = new Map(Array.from({ length: 1_500 }, (_, n) => [`k${n}`, { row: n, position: 1 }]))
    await building.save(many, { from: 0, to: 1 })
    await building.save(rows({ k1: [undefined, 2] }), { from: 1, to: 2 })
    const place = `daybook:place:{${log}|stock}`
    await client.hDel(place, ['building', `fingerprint:${building.id}`, `createdAt:${building.id}`])
    await client.hSet(place, `dropped:${building.id}`, '1')
    await target.generations()
    expect(await client.keys(`*${log}*`)).toEqual([place])
  })

  describe('the live generation', () => {
    test('takes no writes while it is about to be swapped, and what is built does', async () => {
      const { target, live, log } = await openPlace(targets)
      await live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      const building = await target.build('g')
      const catchUp = async () => {
        expect(await live.save(rows({ a: [{ n: 2 }, 2] }), { from: 1, to: 2 })).toBe(false)
        expect(await live.save(new Map(), { from: 1, to: 2 })).toBe(false)
        expect(await live.get('a')).toEqual({ n: 1 })
        expect(await building.save(rows({ a: [{ n: 2 }, 2] }), { from: 0, to: 2 })).toBe(true)
      }
      expect(await target.promote(building.id, { catchUp })).toBe(true)
      expect(await target.get('a')).toEqual({ n: 2 })
      expect(await building.save(rows({ a: [{ n: 3 }, 3] }), { from: 2, to: 3 })).toBe(true)
      expect(await client.hmGet(`daybook:place:{${log}|stock}`, ['hold', 'heldUntil'])).toEqual([null, null])
    })

    test('goes on at once when the swap fails', async () => {
      const { target, live } = await openPlace(targets)
      const building = await target.build('g')
      const fail = async () => {
        throw new Error('lost')
      }
      await expect(target.promote(building.id, { catchUp: fail })).rejects.toThrow('lost')
      expect(await live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })).toBe(true)
    })

    test('goes on when who was to swap it has died, and is not swapped once it has come further', async () => {
      const { target, live } = await openPlace(targets)
      const building = await target.build('g')
      const save = () => live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      const hanging = new EventEmitter()
      const revived = once(hanging, 'revive')
      const held = once(hanging, 'held')
      const catchUp = async () => {
        hanging.emit('held')
        await revived
      }
      const promoting = target.promote(building.id, { catchUp })
      await held
      expect(await save()).toBe(false)
      await expect.poll(save, { timeout: 10_000 }).toBe(true)
      hanging.emit('revive')
      expect(await promoting).toBe(false)
      expect(await target.get('a')).toEqual({ n: 1 })
    })
  })

  test('connections are given back, and a process that is done ends, with targets open too', async () => {
    const program = `
      import { redisTargets } from './src/targets/redis/index.ts'
      const targets = redisTargets({ url: process.env.REDIS_URL })
      const target = await targets.open('${randomUUID()}', 'stock')
      console.log((await target.live('f')).id)`
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
    const env = { ...process.env, REDIS_URL: redis.url }
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 })
    expect(stdout.trim()).toBe('1')
  })

  test('the connection may be dropped at every fifth request, and everything is written once', async () => {
    await using relay = await startRelay(redis.url, { dropEvery: 5 })
    await using behind = redisTargets({ url: relay.url })
    const { live } = await openPlace(behind)
    for (let from = 0; from < 30; from++) {
      expect(await live.save(rows({ a: [{ n: from }, from + 1] }), { from, to: from + 1 })).toBe(true)
    }
    expect(relay.drops).toBeGreaterThan(5)
    expect([await live.get('a'), await live.checkpoint(), await live.count()]).toEqual([{ n: 29 }, 30, 1])
  })

  test('a command that is refused is named, and no password shown', async () => {
    const url = new URL(redis.url)
    url.password = 'not-the-password'
    await using refused = redisTargets({ url: url.href })
    const opening = openPlace(refused).catch((error: unknown) => error)
    expect(await opening).toMatchObject({ code: 'target-refused', details: { target: 'redis' } })
    expect(String(await opening)).not.toContain('not-the-password')
    expect(() => redisTargets({ url: 'http://localhost' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })
})

describeOnOwnRedis('a server that is killed and started again', () => {
  test('has every row up to the checkpoint, and takes further ones', async () => {
    await using server = await startRedis()
    await using targets = redisTargets({ url: server.url })
    const { live } = await openPlace(targets)
    await live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
    await server.stop('kill')
    const saving = live.save(rows({ a: [{ n: 2 }, 2] }), { from: 1, to: 2 })
    await server.start()
    expect(await saving).toBe(true)
    expect([await live.get('a'), await live.checkpoint()]).toEqual([{ n: 2 }, 2])
  })
})

async function openPlace(targets: RedisTargets) {
  const log = randomUUID()
  const target = await targets.open(log, 'stock')
  return { target, live: await target.live('f'), log }
}

function rows(all: Readonly<Record<string, readonly [row: unknown, position: number]>>): Map<string, RowChange> {
  return new Map(Object.entries(all).map(([key, [row, position]]) => [key, { row, position }]))
}
