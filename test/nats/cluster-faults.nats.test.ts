/** What a cluster of three goes through under load: nothing that was acknowledged is lost or doubled, and it goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageType } from '@nats-io/jetstream'
import { Random } from 'daybook/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventStore } from '../../src/store/index.ts'
import { openNats } from '../../src/stores/nats/index.ts'
import { assertRecovered, runLoad } from '../faults/load.ts'
import { SEED } from '../faults/seed.ts'
import { describeOnOwnNats } from '../support/nats.ts'
import { type NatsCluster, startNats } from '../support/nats-server.ts'

const WRITERS = 8
/** Acknowledged after the fault, before the load is ended: it goes on by itself. */
const GOES_ON_FOR = 150

describeOnOwnNats(`a cluster of three nodes (DAYBOOK_SEED=${SEED})`, () => {
  let cluster: NatsCluster
  const stores: EventStore[] = []

  beforeAll(async () => {
    cluster = await startNats({ nodes: 3, isCuttable: true })
  })

  afterAll(async () => {
    for (const store of stores) await store.close()
    await cluster?.close()
  })

  async function openStore(): Promise<EventStore> {
    const store = await openNats(cluster.url)
    stores.push(store)
    return store
  }

  /** Runs the load, does the harm when it is at work, and looks at the log when it has gone on. */
  async function withstand(logName: string, harm: (logStream: string) => Promise<void>): Promise<number> {
    const log = (await openStore()).log(logName)
    const acknowledged: string[] = []
    const gapsMs: number[] = []
    let lastMs = Number.NaN
    const ended = new AbortController()
    const onAcknowledged = (ids: readonly string[]) => {
      acknowledged.push(...ids)
      const now = performance.now()
      if (!Number.isNaN(lastMs)) gapsMs.push(now - lastMs)
      lastMs = now
    }
    const load = runLoad(log, { writers: WRITERS, random: new Random(SEED), signal: ended.signal, onAcknowledged })
    const until = async (count: number) => {
      while (acknowledged.length < count) await Promise.race([load, sleep(10)])
    }
    await until(GOES_ON_FOR)
    gapsMs.length = 0
    await harm(`daybook_${logName}`)
    await until(acknowledged.length + GOES_ON_FOR)
    ended.abort()
    await load
    // Read by another store, which has seen none of it.
    assertRecovered(await (await openStore()).log(logName).read().toArray(), acknowledged, false)
    return Math.max(...gapsMs)
  }

  test('takes logs on several machines where durability is required, and no others', async () => {
    const oneCopy = await openNats(cluster.url, { replicas: 1 })
    stores.push(oneCopy)
    const event = { stream: 'account-1', events: [{ type: 'Opened', data: {} }] }
    await oneCopy.log('alone').append({ streams: [event] })
    const [node] = cluster.nodes
    const inMemory = { name: 'daybook_fleeting', subjects: ['daybook.fleeting.>'], num_replicas: 3 }
    await node?.ask(({ streams }) => streams.add({ ...inMemory, storage: StorageType.Memory }))
    const durable = await openNats(cluster.url, { requireDurable: true })
    stores.push(durable)
    await durable.log('safe').append({ streams: [event] })
    const risks = { alone: 'DAYBOOK_NATS_ONE_COPY', fleeting: 'DAYBOOK_NATS_IN_MEMORY' }
    for (const [log, risk] of Object.entries(risks)) {
      const appending = durable.log(log).append({ streams: [event] })
      await expect(appending).rejects.toMatchObject({ code: 'not-durable', details: { engine: 'nats', risk } })
    }
  })

  test('loses and doubles nothing when the leader is killed, and goes on by itself', async () => {
    const longestMs = await withstand('killed', async (stream) => {
      const leader = await cluster.leaderOf(stream)
      await leader.stop('kill')
    })
    console.log(`NATS: writing stood still for ${Math.round(longestMs)} ms when the leader was killed`)
    expect(longestMs).toBeLessThan(25_000)
    await cluster.start()
  })

  test('loses and doubles nothing when the leader is cut off from the others, and comes back', async () => {
    const longestMs = await withstand('isolated', async (stream) => {
      const leader = await cluster.leaderOf(stream)
      cluster.isolate(leader)
      await sleep(8_000)
      cluster.rejoin(leader)
    })
    console.log(`NATS: writing stood still for ${Math.round(longestMs)} ms when the leader was cut off`)
    await cluster.untilWhole()
  })

  test('loses and doubles nothing when all nodes are killed and started again', async () => {
    const longestMs = await withstand('restarted', async () => {
      await Promise.all(cluster.nodes.map((node) => node.stop('kill')))
      await cluster.start()
    })
    console.log(
      `NATS: writing stood still for ${Math.round(longestMs)} ms when all nodes were killed and started again`,
    )
  })

  test('a store that is opened while the cluster has no leader waits for one', async () => {
    const [first, ...others] = cluster.nodes
    await Promise.all(others.map((node) => node.stop('kill')))
    const asksInVain = () =>
      first
        ?.ask((manager) => manager.getAccountInfo())
        .then(
          () => false,
          () => true,
        )
    while (!(await asksInVain())) await sleep(100)
    const opening = openStore()
    await sleep(500)
    await cluster.start()
    expect(await (await opening).log('killed').head()).toBeGreaterThan(0)
  })

  test('lets exactly one of 16 writers in 4 stores win, however often they try', async () => {
    const logs = await Promise.all([1, 2, 3, 4].map(async () => (await openStore()).log('raced')))
    for (let round = 0; round < 40; round++) {
      const attempts = Array.from({ length: 16 }, (_, writer) => {
        const events = [{ type: 'Won', data: { writer } }]
        const streams = [{ stream: 'race-1', events, expectedVersion: round }]
        return (logs[writer % 4] as (typeof logs)[0]).append({ streams })
      })
      const settled = await Promise.allSettled(attempts)
      const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      expect(settled.length - refused.length, `winners of round ${round}`).toBe(1)
      const details = { stream: 'race-1', expected: round, actual: round + 1 }
      for (const reason of refused) expect(reason).toMatchObject({ code: 'version-conflict', details })
    }
    for (const log of logs) expect(await log.streamVersion('race-1')).toBe(40)
  })

  test('shows every tail each event once and in order, also when the node that it reads from is killed', async () => {
    const [writing, reading] = await Promise.all([openStore(), openStore()])
    const ended = new AbortController()
    const seen: number[] = []
    const log = writing.log('followed')
    await log.append({ streams: [{ stream: 'count-0', events: [{ type: 'Counted', data: 0 }] }] })
    const tail = (async () => {
      for await (const { data } of reading.log('followed').tail({ signal: ended.signal })) seen.push(data as number)
    })()
    for (let count = 1; count <= 60; count++) {
      await log.append({ streams: [{ stream: `count-${count}`, events: [{ type: 'Counted', data: count }] }] })
      if (count % 30 === 0) {
        const node = cluster.nodes[count / 30] as (typeof cluster.nodes)[0]
        await node.stop('kill')
        await node.start()
      }
    }
    while (seen.length < 61) await sleep(20)
    ended.abort()
    await tail
    expect(seen).toEqual(Array.from({ length: 61 }, (_, count) => count))
  })
})
