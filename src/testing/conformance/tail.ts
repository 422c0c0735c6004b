import assert from 'node:assert/strict'
import type { RecordedEvent } from '../../events/index.ts'
import type { EventLog, TailOptions } from '../../store/index.ts'
import { assertInOrder, assertRefused } from './assertions.ts'
import { anEvent, append, fill, range, someEvents, versionsOf } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'

/** Longer than any case may take: what arrives was not found by polling. */
const NEVER_MS = 600_000

/** Follows a tail until it has given `count` events, then aborts it. */
async function follow(log: EventLog, count: number, options: TailOptions = {}): Promise<RecordedEvent[]> {
  const controller = new AbortController()
  const seen: RecordedEvent[] = []
  for await (const event of log.tail({ ...options, signal: controller.signal })) {
    seen.push(event)
    if (seen.length === count) controller.abort()
  }
  return seen
}

async function write(log: EventLog, writers: number, appends: number): Promise<void> {
  const all = range(1, writers).map(async (writer) => {
    for (const n of range(1, appends)) await append(log, `account-${writer % 7}`, someEvents(2, { type: `T${n % 3}` }))
  })
  await Promise.all(all)
}

/** Waits until the tail, which gives an iterator's first promise, has looked and is waiting for more. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 30))
}

export const tailCases = topic('tail', [
  fact('tail', 'goes through history into the present', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_500))
    const following = follow(log, 2_510, { pollIntervalMs: NEVER_MS })
    for (const _ of range(1, 10)) await append(log, 'account-A')
    assert.deepEqual(versionsOf(await following), range(1, 2_510))
  }),
  fact('tail', 'gives each event once and in order while many write', async ({ log, store }) => {
    const total = 12 * 20 * 2
    const tails = [follow(log, total), follow(log, total)]
    await write(log, 12, 10)
    tails.push(follow(log, total))
    await write(log, 12, 10)
    const all = await log.read().toArray()
    assert.equal(all.length, total)
    assertInOrder(all, store.capabilities.gaplessPositions)
    for (const tail of tails) assert.deepEqual(await tail, all)
  }),
  fact('tail', 'begins after the position given', async ({ log }) => {
    const { events } = await append(log, 'account-A', someEvents(5))
    const following = follow(log, 4, { after: events[2]?.position ?? 0 })
    await append(log, 'account-A', someEvents(2))
    assert.deepEqual(versionsOf(await following), [4, 5, 6, 7])
  }),
  fact('tail', 'that begins after the head gives what comes after that', async ({ log }) => {
    await append(log, 'account-A', someEvents(2))
    const after = (await log.head()) + 3
    const following = follow(log, 2, { after })
    for (const _ of range(1, 5)) {
      await settle()
      await append(log, 'account-A')
    }
    const found = await following
    assert.equal(found.length, 2)
    assert.ok(found.every((event) => event.position > after))
  }),
  fact('tail', 'waits for a log that has no events yet', async ({ log }) => {
    const following = follow(log, 1)
    await settle()
    await append(log, 'account-A')
    assert.deepEqual(versionsOf(await following), [1])
  }),
  fact('tail', 'is woken by an append of the same store, without a poll', async ({ log }) => {
    await append(log, 'account-A')
    const following = follow(log, 4, { pollIntervalMs: NEVER_MS })
    for (const _ of range(1, 3)) {
      await settle()
      await append(log, 'account-A')
    }
    assert.deepEqual(versionsOf(await following), [1, 2, 3, 4])
  }),
  fact('tail', 'is woken by an import of the same store, without a poll', async ({ log }) => {
    const following = follow(log, 3, { pollIntervalMs: NEVER_MS })
    await settle()
    await log.import(someEvents(3).map((event) => ({ ...event, stream: 'account-A' })))
    assert.deepEqual(versionsOf(await following), [1, 2, 3])
  }),
  fact('tail', 'gives only what its filter lets through', async ({ log }) => {
    const tails = [
      follow(log, 20, { types: ['T1'] }),
      follow(log, 8, { category: 'account', tags: ['vip'] }),
      follow(log, 4, { category: 'order' }),
    ]
    await write(log, 4, 3)
    await append(log, 'account-X', someEvents(4, { tags: ['vip', 'new'] }))
    await append(log, 'order-1', someEvents(4, { tags: ['vip'] }))
    await write(log, 2, 3)
    await append(log, 'account-Y', someEvents(4, { tags: ['vip'] }))
    await write(log, 4, 3)
    const all = await log.read().toArray()
    const [ofType, vip, orders] = await Promise.all(tails)
    assert.deepEqual(ofType, all.filter((event) => event.type === 'T1').slice(0, 20))
    assert.deepEqual(
      vip,
      all.filter((event) => event.stream.category === 'account' && event.tags.includes('vip')),
    )
    assert.deepEqual(
      orders,
      all.filter((event) => event.stream.category === 'order'),
    )
  }),
  fact('tail', 'on partitions share out the log', async ({ log }) => {
    const controller = new AbortController()
    const seen: RecordedEvent[] = []
    const tails = range(0, 2).map(async (index) => {
      const options = { partition: { index, count: 3 }, signal: controller.signal }
      for await (const event of log.tail(options)) {
        if (seen.push(event) === 120) controller.abort()
      }
    })
    await write(log, 10, 6)
    await Promise.all(tails)
    const inOrder = seen.sort((one, other) => one.position - other.position)
    assert.deepEqual(inOrder, await log.read().toArray())
  }),
  fact('tail', 'finds a rare event far behind many that it does not want', async ({ log }) => {
    await fill(log, 'account-A', someEvents(5_000))
    await append(log, 'account-A', anEvent({ type: 'Rare' }))
    const [event] = await follow(log, 1, { types: ['Rare'], pollIntervalMs: NEVER_MS })
    assert.equal(event?.version, 5_001)
  }),
  fact('tail', 'ends without an error when aborted: before, while waiting, and between two events', async ({ log }) => {
    await append(log, 'account-A', someEvents(10))
    assert.deepEqual(await log.tail({ signal: AbortSignal.abort() }).toArray(), [])
    const controller = new AbortController()
    const seen: RecordedEvent[] = []
    const waiting = (async () => {
      for await (const event of log.tail({ signal: controller.signal, pollIntervalMs: NEVER_MS })) seen.push(event)
    })()
    while (seen.length < 10) await settle()
    await settle()
    controller.abort()
    await waiting
    assert.equal(seen.length, 10)
    assert.deepEqual(versionsOf(await follow(log, 3)), [1, 2, 3])
  }),
  fact('tail', 'can be left early, and followed anew', async ({ log }) => {
    await append(log, 'account-A', someEvents(5))
    const tail = log.tail()
    for (const _ of range(1, 3)) {
      const seen: RecordedEvent[] = []
      for await (const event of tail) {
        if (seen.push(event) === 2) break
      }
      assert.deepEqual(versionsOf(seen), [1, 2])
    }
  }),
  fact('tail', 'comes in batches too, none of them empty', async ({ log }) => {
    const controller = new AbortController()
    const seen: RecordedEvent[] = []
    const following = (async () => {
      for await (const batch of log.tail({ signal: controller.signal }).batches()) {
        assert.ok(batch.length > 0)
        seen.push(...batch)
        if (seen.length >= 200) controller.abort()
      }
    })()
    await write(log, 10, 10)
    await following
    assert.deepEqual(seen, await log.read().toArray())
  }),
  fact('tail', 'hears nothing of other logs', async ({ log, store }) => {
    const other = newLog(store)
    const following = follow(log, 2, { pollIntervalMs: 20 })
    for (const _ of range(1, 5)) await append(other, 'account-A')
    await append(log, 'account-B', someEvents(2))
    assert.deepEqual(
      (await following).map((event) => event.stream.name),
      ['account-B', 'account-B'],
    )
  }),
  fact('tail', 'waits for a slow reader and loses nothing', async ({ log }) => {
    const controller = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      for await (const event of log.tail({ signal: controller.signal })) {
        if (event.version % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        if (seen.push(event.version) === 100) controller.abort()
      }
    })()
    for (const _ of range(1, 50)) await append(log, 'account-A', someEvents(2))
    await following
    assert.deepEqual(seen, range(1, 100))
  }),
  fact('tail', 'refuses options that make no sense', async ({ log }) => {
    const bad: unknown[] = [
      { after: -1 },
      { after: 0.5 },
      { pollIntervalMs: 0 },
      { pollIntervalMs: Number.NaN },
      { types: 1 },
    ]
    for (const options of bad) {
      await assertRefused(async () => log.tail(options as TailOptions).toArray(), 'invalid-argument')
    }
  }),
])
