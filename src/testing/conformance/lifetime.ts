import assert from 'node:assert/strict'
import type { EventLog, EventStore } from '../../store/index.ts'
import { assertCount, assertRefused, split } from './assertions.ts'
import { anEvent, append, idsOf, range, someEvents } from './builders.ts'
import { fact, factGiven, newLog, topic } from './conformance-case.ts'
import type { EventStoreHarness } from './harness.ts'

const CAPABILITIES = [
  'durable',
  'gaplessPositions',
  'importsFuture',
  'joinsTransactions',
  'largeAppends',
  'multiStream',
  'shared',
  'uniqueEventIds',
]

/** Everything that can be asked of a log. */
function everything(log: EventLog): Record<string, () => Promise<unknown>> {
  const key = { stream: 'account-A', definition: 'account', fingerprint: 'f1' }
  return {
    append: () => append(log, 'account-A'),
    readStream: async () => log.readStream('account-A').toArray(),
    read: async () => log.read().toArray(),
    tail: async () => log.tail().toArray(),
    streamVersion: () => log.streamVersion('account-A'),
    head: () => log.head(),
    positionAt: () => log.positionAt(new Date()),
    streams: async () => {
      for await (const _ of log.streams());
    },
    types: () => log.types(),
    import: () => log.import([{ ...anEvent(), stream: 'account-A' }]),
    'snapshots.load': () => log.snapshots.load(key),
    'snapshots.save': () => log.snapshots.save(key, { version: 1, state: 1 }),
    'snapshots.clear': () => log.snapshots.clear(),
    'checkpoints.load': () => log.checkpoints.load('balances'),
    'checkpoints.move': () => log.checkpoints.move('balances', 0, 1),
    'checkpoints.list': () => log.checkpoints.list(),
  }
}

/** Closes with work of every sort under way. */
async function closeAtWork(store: EventStore, log: EventLog): Promise<void> {
  await append(log, 'account-A', someEvents(5))
  const tails = [log.tail().toArray(), log.tail({ pollIntervalMs: 600_000, category: 'none' }).toArray()]
  const reader = log.tail()[Symbol.asyncIterator]()
  await reader.next()
  await new Promise((resolve) => setTimeout(resolve, 30))
  const appends = range(1, 50).map((n) => append(log, `account-${n}`))
  await store.close()
  const [all, none] = await Promise.all(tails)
  assert.ok((all?.length ?? 0) >= 5, 'a tail gives what it had found')
  assert.deepEqual(none, [])
  assert.equal((await reader.next()).done, true, 'an open tail ends')
  const { recorded, refused } = split(await Promise.allSettled(appends))
  assert.equal(recorded.length, 50, `appends under way are waited for: ${String(refused[0])}`)
}

export const lifetimeCases = topic('lifetime', [
  fact('lifetime', 'says what it is and what it can do', async ({ store }) => {
    assert.match(store.engine, /^[a-z]+$/)
    const names = Object.keys(store.capabilities).sort()
    assert.deepEqual(names, CAPABILITIES)
    assert.ok(Object.values(store.capabilities).every((value) => typeof value === 'boolean'))
  }),
  fact('lifetime', 'ends tails, waits for appends, and says that it is closed ever after', async ({ harness }) => {
    const store = await harness.open()
    const log = newLog(store)
    const early = log.read()
    await closeAtWork(store, log)
    for (const [name, work] of Object.entries(everything(log))) {
      const error = await assertRefused(work, 'closed').catch((cause: Error) =>
        assert.fail(`${name}: ${cause.message}`),
      )
      assert.equal(typeof error.details.what, 'string')
    }
    await assertRefused(async () => newLog(store).head(), 'closed')
    await assertRefused(async () => early.toArray(), 'closed')
    await store.close()
    await store[Symbol.asyncDispose]()
  }),
  fact('lifetime', 'is disposed of as it is closed', async ({ harness }) => {
    const store = await harness.open()
    const log = newLog(store)
    await append(log, 'account-A')
    await store[Symbol.asyncDispose]()
    await assertRefused(() => log.head(), 'closed')
  }),
])

async function transact(harness: EventStoreHarness, work: (transaction: unknown) => Promise<void>): Promise<void> {
  assert.ok(harness.transact, 'a store that joins transactions needs a harness with `transact`')
  await harness.transact(work)
}

export const transactionCases = topic("the caller's transaction", [
  fact('atomic', 'is refused by an engine that cannot join it', async ({ store, log }) => {
    if (store.capabilities.joinsTransactions) return
    const request = { streams: [{ stream: 'account-A', events: [anEvent()] }] }
    await assertRefused(() => log.append(request, { transaction: {} }), 'not-supported', { engine: store.engine })
    await assertCount(log, 0)
  }),
  factGiven(
    'joinsTransactions',
    'atomic',
    'is joined: nothing is there before its commit, all after',
    async (context) => {
      const { log, harness } = context
      await append(log, 'account-A')
      const joined: unknown[] = []
      await transact(harness, async (transaction) => {
        const options = { transaction }
        const one = await log.append(
          { streams: [{ stream: 'account-A', events: someEvents(2), expectedVersion: 1 }] },
          options,
        )
        const two = await log.append({ streams: [{ stream: 'account-B', events: someEvents(2) }] }, options)
        joined.push(...idsOf([...one.events, ...two.events]))
        assert.deepEqual([one.versions, two.versions], [{ 'account-A': 3 }, { 'account-B': 2 }])
      })
      assert.deepEqual(idsOf((await log.read().toArray()).slice(1)), joined)
    },
  ),
  factGiven('joinsTransactions', 'atomic', 'is joined: nothing is there after it is rolled back', async (context) => {
    const { log, harness } = context
    const reason = new Error('changed my mind')
    const work = transact(harness, async (transaction) => {
      await log.append({ streams: [{ stream: 'account-A', events: someEvents(2) }] }, { transaction })
      throw reason
    })
    await assert.rejects(async () => work, reason)
    await assertCount(log, 0)
    assert.equal((await append(log, 'account-A', anEvent(), 'none')).versions['account-A'], 1)
  }),
  factGiven('joinsTransactions', 'versions', 'is joined: an append in it that is refused says so', async (context) => {
    const { log, harness } = context
    await append(log, 'account-A')
    const request = { streams: [{ stream: 'account-A', events: [anEvent()], expectedVersion: 0 }] }
    await transact(harness, async (transaction) => {
      await assertRefused(() => log.append(request, { transaction }), 'version-conflict', { actual: 1 })
      await log.append({ streams: [{ stream: 'account-A', events: [anEvent()], expectedVersion: 1 }] }, { transaction })
    })
    await assertCount(log, 2)
  }),
])
