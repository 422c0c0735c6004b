import { randomUUID } from 'node:crypto'
import { open } from 'daybook'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis } from '../../src/stores/redis/index.ts'
import { type RedisTargets, redisTargets } from '../../src/targets/redis/index.ts'
import { runConformance } from '../conformance/run-suite.ts'
import { Paid, rowsOf, sums } from '../projections/ledger.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { onServer, type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { describeTargets } from '../targets/describe-targets.ts'

describeOnOwnRedis('a cluster of three masters', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  runConformance('Redis Cluster', () => openRedis(cluster.url))

  const anEvent = { type: 'Opened', data: { owner: 'Ada' }, tags: ['vip'] }

  describe('read models', () => {
    let targets: RedisTargets
    beforeAll(() => {
      targets = redisTargets({ url: cluster.url })
    })
    afterAll(() => targets.close())

    describeTargets(() => targets)

    test('of many logs are spread over its masters, and there when it is opened again', async () => {
      const logs = Array.from({ length: 20 }, () => `ledger-${randomUUID()}`)
      for (let round = 1; round <= 2; round++) {
        await using daybook = await open(cluster.url)
        for (const name of logs) {
          const log = daybook.log(name)
          await log.append('account-1', [Paid({ amount: round })])
          const projection = await log.project(sums, { follow: false })
          expect(await rowsOf(projection)).toMatchObject({ 1: { sum: (round * (round + 1)) / 2 } })
        }
      }
      const keys = await Promise.all(cluster.masters.map(listKeys))
      for (const all of keys) expect(all.some((key) => key.startsWith('daybook:row:{ledger-'))).toBe(true)
    })
  })

  test('spreads logs over its masters, each log on one of them', async () => {
    await using store = await openRedis(cluster.url)
    const names = Array.from({ length: 30 }, (_, n) => `tenant-${n}`)
    for (const name of names) {
      const streams = ['account-1', 'order-1'].map((stream) => ({ stream, events: [anEvent] }))
      await store.log(name).append({ streams })
    }
    const keys = await Promise.all(cluster.masters.map(listKeys))
    const places = names.map((name) => keys.map((all) => all.some((key) => key.includes(`{${name}}`))))
    for (const onMasters of places) expect(onMasters.filter(Boolean)).toHaveLength(1)
    for (const [place] of cluster.masters.entries()) {
      expect(places.filter((onMasters) => onMasters[place]).length).toBeGreaterThan(0)
    }
  })

  test('is reached by any of its members', async () => {
    for (const [place, { url }] of cluster.masters.entries()) {
      await using store = await openRedis(url)
      for (const name of ['one', 'two', 'three', 'four']) {
        await store.log(name).append({ streams: [{ stream: `account-${place}`, events: [anEvent] }] })
        expect(await store.log(name).head()).toBe(place + 1)
      }
    }
  })

  test('keeps a log whole whose name has braces', async () => {
    await using store = await openRedis(cluster.url)
    for (const name of ['}', '{', '{}', 'a}b', '{a}{b}', '%7D']) {
      const log = store.log(`braces ${name}`)
      await log.append({ streams: [{ stream: 'account-{1}', events: [anEvent] }] })
      expect(await log.read({ tags: ['vip'] }).toArray()).toHaveLength(1)
    }
  })

  async function listKeys({ url }: RedisServer): Promise<string[]> {
    const client = await createClient({ url }).connect()
    const keys = await client.keys('*')
    client.destroy()
    return keys
  }

  test('may move a log to another master in the middle of load, and the log stays whole', async () => {
    await using store = await openRedis(cluster.url)
    const log = store.log('moving')
    const tail = log.tail()[Symbol.asyncIterator]()
    const stop = new AbortController()
    let appended = 0
    let written = 0
    const writing = Array.from({ length: 8 }, async (_, writer) => {
      for (let version = 0; !stop.signal.aborted; version++) {
        const event = { type: `T${appended % 40}`, data: { version }, tags: [`tag-${appended % 50}`] }
        const streams = [
          { stream: `own${writer}-1`, events: [event], expectedVersion: version },
          { stream: `new-${writer}-${version}`, events: [event], expectedVersion: 'none' as const },
        ]
        // Half of them to keys that are all there: what a missing key gives away early is not given away by these.
        const isNew = version % 2 === 0
        await log.append({ streams: isNew ? streams : streams.slice(0, 1) })
        appended++
        written += isNew ? 2 : 1
      }
    })
    const progress = async (more: number) => {
      for (const enough = appended + more; appended < enough; ) {
        await Promise.race([...writing, new Promise((go) => setImmediate(go))])
      }
    }
    await progress(50)
    await moveSlot(cluster, '{moving}', () => progress(0))
    await progress(50)
    stop.abort()
    await Promise.all(writing)
    const events = await log.read().toArray()
    expect(events).toHaveLength(written)
    expect(events.map(({ position }) => position)).toEqual(events.map((_, place) => place + 1))
    for (const type of ['T1', 'T39']) {
      const ofType = events.filter((event) => event.type === type)
      expect(await log.read({ types: [type] }).toArray()).toEqual(ofType)
    }
    for (const event of events) expect((await tail.next()).value.position).toBe(event.position)
    await tail.return?.()
  })
})

/** Moves the slot of a hash tag from the master that has it to the next, key by key, as `redis-cli --cluster` does. */
async function moveSlot(cluster: RedisCluster, tag: string, between: () => Promise<void>): Promise<void> {
  const { masters } = cluster
  const slot = String(await onServer(masters[0] as RedisServer, ['CLUSTER', 'KEYSLOT', tag]))
  const ids = await Promise.all(masters.map(async (master) => String(await onServer(master, ['CLUSTER', 'MYID']))))
  const counts = await Promise.all(masters.map((master) => onServer(master, ['CLUSTER', 'COUNTKEYSINSLOT', slot])))
  const from = counts.findIndex((count) => Number(count) > 0)
  const to = (from + 1) % masters.length
  const [source, target] = [masters[from] as RedisServer, masters[to] as RedisServer]
  await onServer(target, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] as string])
  await onServer(source, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] as string])
  const { port, password } = new URL(target.url)
  for (;;) {
    const keys = (await onServer(source, ['CLUSTER', 'GETKEYSINSLOT', slot, '20'])) as string[]
    if (keys.length === 0) break
    const migrate = ['MIGRATE', '127.0.0.1', port, '', '0', '5000', 'AUTH', password, 'KEYS', ...keys]
    await onServer(source, migrate)
    await between()
  }
  for (const master of [target, source, ...masters]) {
    await onServer(master, ['CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] as string])
  }
}
