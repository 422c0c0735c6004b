import { assertInOrder } from 'daybook/testing'
import { expect, test } from 'vitest'
import { openRedis } from '../../src/stores/redis/index.ts'
import { TIMEOUT_MS } from '../faults/seed.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { addReplica, onServer, startRedisCluster } from '../support/redis-cluster.ts'
import type { RedisServer } from '../support/redis-server.ts'

describeOnOwnRedis('a cluster of which a master dies', { timeout: TIMEOUT_MS }, () => {
  test('goes on with its replica: the same store finds it, for appends, reads and tails', async () => {
    await using cluster = await startRedisCluster()
    await using store = await openRedis(cluster.url)
    const log = store.log('main')
    await log.append({ streams: [{ stream: 'account-1', events: [{ type: 'Opened', data: {} }] }] })
    const slot = String(await onServer(cluster.masters[0] as RedisServer, ['CLUSTER', 'KEYSLOT', '{main}']))
    const counts = await Promise.all(
      cluster.masters.map((master) => onServer(master, ['CLUSTER', 'COUNTKEYSINSLOT', slot])),
    )
    const master = cluster.masters[counts.findIndex((count) => Number(count) > 0)] as RedisServer
    await using replica = await addReplica(master)

    const tailed: number[] = []
    const stop = new AbortController()
    const tailing = (async () => {
      for await (const { position } of log.tail({ signal: stop.signal })) tailed.push(position)
    })()
    let appended = 0
    const writing = (async () => {
      // To any version: what the replica has not heard of before its master died is lost.
      for (; !stop.signal.aborted; appended++) {
        await log.append({ streams: [{ stream: 'account-1', events: [{ type: 'Paid', data: { appended } }] }] })
      }
    })()
    await expect.poll(() => appended, { timeout: 30_000 }).toBeGreaterThan(50)
    await master.stop('kill')
    const before = appended
    await expect.poll(() => appended, { timeout: 60_000 }).toBeGreaterThan(before + 50)
    await expect.poll(() => tailed.length, { timeout: 60_000 }).toBeGreaterThan(before)
    stop.abort()
    await Promise.all([writing, tailing])
    expect(String(await onServer(replica, ['INFO', 'replication']))).toContain('role:master')
    const events = await log.read().toArray()
    assertInOrder(events, true)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  })
})
