/** Reading a log over a consumer of the server: how much of it is held, and what happens when the consumer is lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daybook, open } from 'daybook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnOwnNats } from '../support/nats.ts'
import { type NatsCluster, startNats } from '../support/nats-server.ts'

const STREAM = 'daybook_main'
const EVENTS = 12_000
/** What is asked for ahead, and the pages that were given. */
const MOST_AHEAD = 6_000
const NUMBERS = Array.from({ length: EVENTS }, (_, number) => number)

function* numbered() {
  for (const number of NUMBERS) yield { stream: `count-${number}`, type: 'Counted', data: number }
}

describeOnOwnNats('reading a log of many messages', () => {
  let cluster: NatsCluster
  let daybook: Daybook

  beforeAll(async () => {
    cluster = await startNats()
    daybook = await open(cluster.url)
    await daybook.import(numbered())
  })

  afterAll(async () => {
    await daybook?.close()
    await cluster?.close()
  })

  /** The readers' consumers: how many messages each was given. */
  async function givenToReaders(): Promise<Map<string, number>> {
    const consumers = await cluster.nodes[0]?.ask(({ consumers }) => consumers.list(STREAM).next())
    return new Map(consumers?.map(({ name, delivered }) => [name, delivered.consumer_seq]))
  }

  async function deleteConsumers(): Promise<void> {
    for (const name of (await givenToReaders()).keys()) {
      await cluster.nodes[0]?.ask(({ consumers }) => consumers.delete(STREAM, name))
    }
  }

  test('takes some pages ahead of who reads slowly, and no more', async () => {
    const batches = daybook.read().batches()[Symbol.asyncIterator]()
    const seen: unknown[] = []
    const next = async () => {
      const { value, done } = await batches.next()
      if (!done) seen.push(...value.map(({ data }) => data))
      return !done
    }
    await next()
    await next()
    let given = 0
    // Until it stands still: nobody reads on.
    for (let before = -1; given !== before; await sleep(300)) {
      before = given
      ;[given = 0] = (await givenToReaders()).values()
    }
    expect(given).toBeGreaterThan(seen.length)
    expect(given).toBeLessThan(MOST_AHEAD)
    while (await next()) {}
    expect(seen).toEqual(NUMBERS)
  })

  test('leaves no consumer behind at its end', async () => {
    expect(await daybook.read().toArray()).toHaveLength(EVENTS)
    while ((await givenToReaders()).size > 0) await sleep(20)
  })

  test('goes on in order when its consumer is lost, again and again', async () => {
    const seen: unknown[] = []
    let batches = 0
    for await (const batch of daybook.read().batches()) {
      seen.push(...batch.map(({ data }) => data))
      if (batches++ % 4 === 0) await deleteConsumers()
    }
    expect(seen).toEqual(NUMBERS)
  })

  test('tells a tail of what comes when its consumer was lost while it waited', async () => {
    const ended = new AbortController()
    const seen: unknown[] = []
    const head = await daybook.head()
    const tail = (async () => {
      for await (const { data } of daybook.tail({ after: head, signal: ended.signal })) seen.push(data)
    })()
    while ((await givenToReaders()).size === 0) await sleep(20)
    await deleteConsumers()
    await daybook.append('tail-1', { type: 'Counted', data: 'after the loss' })
    while (seen.length === 0) await sleep(20)
    ended.abort()
    await tail
    expect(seen).toEqual(['after the loss'])
  })
})
