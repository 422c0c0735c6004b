import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertCount, assertInOrder, assertRefused } from './assertions.ts'
import { anEvent, append, range, someEvents, versionsOf } from './builders.ts'
import { fact, factGiven, newLog, topic } from './conformance-case.ts'

const LOG_NAMES = [
  'tenant 7',
  "o'hara",
  'a-b',
  '%',
  '😀',
  '類'.repeat(50),
  'UPPER',
  'back\\slash',
  '"quoted"',
  '__proto__',
]

export const logCases = topic('logs', [
  fact('logs', 'have positions, streams and versions of their own', async ({ log, store }) => {
    const other = newLog(store)
    await append(log, 'account-A', someEvents(3))
    await append(other, 'account-A', someEvents(2), 'none')
    await append(other, 'account-B', anEvent(), 'none')
    assert.deepEqual(versionsOf(await log.readStream('account-A').toArray()), [1, 2, 3])
    assert.deepEqual(versionsOf(await other.readStream('account-A').toArray()), [1, 2])
    assert.equal(await log.streamVersion('account-B'), 0)
    await assertCount(log, 3)
    await assertCount(other, 3)
  }),
  factGiven('multiStream', 'logs', 'have conditions and boundaries of their own', async ({ log, store }) => {
    const other = newLog(store)
    await append(other, 'account-A', anEvent({ tags: ['vip'] }))
    await log.append({
      streams: [{ stream: 'account-B', events: [anEvent()] }],
      conditions: [{ stream: 'account-A', expectedVersion: 'none' }],
      unless: { tags: ['vip'], after: 0 },
    })
    await assertCount(log, 1)
  }),
  fact('logs', 'list their own streams', async ({ log, store }) => {
    const other = newLog(store)
    await Promise.all([append(log, 'account-A'), append(other, 'account-B')])
    const names: string[] = []
    for await (const { stream } of other.streams()) names.push(stream)
    assert.deepEqual(names, ['account-B'])
  }),
  fact('logs', 'grow side by side, each in its own order', async ({ store }) => {
    const logs = range(1, 6).map(() => newLog(store))
    const writers = range(0, 47).map(async (writer) => {
      for (const _ of range(1, 10))
        await append(logs[writer % 6] ?? logs[0] ?? newLog(store), 'account-A', someEvents(2))
    })
    await Promise.all(writers)
    for (const log of logs) {
      const events = await log.read().toArray()
      assert.equal(events.length, 160)
      assertInOrder(events, store.capabilities.gaplessPositions)
    }
  }),
  fact('logs', 'are the same by the same name', async ({ log, store }) => {
    await append(log, 'account-A')
    assert.equal(store.log(log.name).name, log.name)
    await assertCount(store.log(log.name), 1)
  }),
  fact('logs', 'may be named with any character but control characters', async ({ store }) => {
    const suffix = randomUUID().slice(0, 8)
    const names = LOG_NAMES.map((name) => `${name} ${suffix}`)
    await Promise.all(names.map((name) => append(store.log(name), 'account-A', anEvent({ data: name }), 'none')))
    for (const name of names) {
      const [event, ...others] = await store.log(name).read().toArray()
      assert.deepEqual([event?.data, others], [name, []])
    }
    const longest = `${'類'.repeat(63 - suffix.length)}${suffix}`
    const following = store.log(longest).tail({ pollIntervalMs: 600_000 })[Symbol.asyncIterator]()
    const next = following.next()
    await append(store.log(longest), 'account-A', anEvent({ data: longest }))
    assert.equal((await next).value?.data, longest)
    await following.return?.()
  }),
  fact('logs', 'refuse a name that is none', async ({ store }) => {
    for (const name of ['', 'x'.repeat(64), 'a\u0000', 'a\nb', '\ud800', null, undefined, 7] as string[]) {
      await assertRefused(async () => store.log(name).head(), 'invalid-argument')
    }
  }),
])
