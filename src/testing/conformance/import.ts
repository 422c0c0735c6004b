import assert from 'node:assert/strict'
import { newEventId } from '../../events/index.ts'
import type { EventLog, ImportedEvent } from '../../store/index.ts'
import { assertCount, assertInOrder, assertRefused, assertRejectsWith } from './assertions.ts'
import { anEvent, append, range, someEvents, versionsOf } from './builders.ts'
import { fact, factGiven, newLog, topic } from './conformance-case.ts'
import { acceptable } from './json-values.ts'

const LONG_AGO = Date.UTC(1999, 11, 31, 23, 59, 59, 999)

function history(count: number, event: Partial<ImportedEvent> = {}): ImportedEvent[] {
  return range(1, count).map((n) => ({ ...anEvent({ data: { n } }), stream: `account-${n % 7}`, ...event }))
}

/** Of an import that failed only whole batches may be there. */
async function assertPrefix(log: EventLog, events: readonly ImportedEvent[], atMost: number): Promise<void> {
  const found = await log.read().toArray()
  assert.ok(found.length <= atMost, `${found.length} events are there, of ${atMost} good ones`)
  assert.deepEqual(
    found.map((event) => event.data),
    events.slice(0, found.length).map((event) => event.data),
  )
}

const BAD_EVENTS: readonly (readonly [path: string, event: Partial<Record<keyof ImportedEvent, unknown>>])[] = [
  ['data.when', { data: { when: new Date() } }],
  ['data', { data: undefined }],
  ['type', { type: '' }],
  ['id', { id: 'one' }],
  ['tags[0]', { tags: ['\u0000'] }],
  ['schemaVersion', { schemaVersion: 0 }],
  ['stream', { stream: 'account' }],
  ['stream', { stream: undefined }],
  ['stream', { stream: 'account-\u0000' }],
  ['recordedAt', { recordedAt: new Date(Number.NaN) }],
  ['recordedAt', { recordedAt: '1999-12-31' }],
]

export const importCases = topic('import', [
  fact('import', 'takes in events of many streams as if they had been appended', async ({ log, store, random }) => {
    const events = history(3_000).map((event, place) => ({
      ...event,
      data: acceptable(random, 3),
      id: newEventId(),
      schemaVersion: (place % 3) + 1,
      metadata: { place },
      tags: place % 2 === 0 ? ['even', `place:${place}`] : [],
      type: place % 5 === 0 ? 'Fifth' : 'Other',
    }))
    const imported = await log.import(events)
    assert.deepEqual(imported, { events: 3_000, position: await log.head() })
    const found = await log.read().toArray()
    assertInOrder(found, store.capabilities.gaplessPositions)
    const back = found.map(({ id, type, data, schemaVersion, metadata, tags, stream }) => {
      return { type, data, stream: stream.name, id, schemaVersion, metadata, tags }
    })
    assert.deepEqual(back, events)
    assert.deepEqual(
      (await log.read({ tags: ['even', 'place:42'] }).toArray()).map((event) => event.id),
      [events[42]?.id],
    )
    assert.equal((await log.read({ types: ['Fifth'], category: 'account' }).toArray()).length, 600)
  }),
  fact('import', 'can be read and appended to at once', async ({ log, store }) => {
    await append(log, 'account-1', someEvents(2))
    await log.import(history(1_400))
    assert.equal(await log.streamVersion('account-1'), 202)
    await assertRefused(() => append(log, 'account-1', anEvent(), 2), 'version-conflict', { actual: 202 })
    assert.deepEqual((await append(log, 'account-1', anEvent(), 202)).versions, { 'account-1': 203 })
    assert.deepEqual(versionsOf(await log.readStream('account-1').toArray()), range(1, 203))
    assertInOrder(await log.read().toArray(), store.capabilities.gaplessPositions)
  }),
  fact('import', 'comes from any iterable', async ({ log }) => {
    function* some() {
      yield* history(3)
    }
    async function* others() {
      for (const event of history(4)) {
        await new Promise((resolve) => setImmediate(resolve))
        yield event
      }
    }
    assert.equal((await log.import(some())).events, 3)
    assert.equal((await log.import(others())).events, 4)
    assert.equal((await log.import(new Set(history(5)))).events, 5)
    await assertCount(log, 12)
  }),
  fact('import', 'of nothing changes nothing', async ({ log }) => {
    assert.deepEqual(await log.import([]), { events: 0, position: 0 })
    const { position } = await append(log, 'account-1')
    assert.deepEqual(await log.import([]), { events: 0, position })
  }),
  fact('import', 'keeps the times given, and the clock goes on from there', async ({ log }) => {
    const times = [0, 0, 1, 1_000, 86_400_000 * 365]
    await log.import(times.map((ms) => ({ ...anEvent(), stream: 'account-1', recordedAt: new Date(LONG_AGO + ms) })))
    const found = await log.read().toArray()
    assert.deepEqual(
      found.map((event) => event.recordedAt.getTime() - LONG_AGO),
      times,
    )
    const { recordedAt } = await append(log, 'account-1')
    assert.ok(Math.abs(recordedAt.getTime() - Date.now()) < 3_600_000, 'an append after it is recorded now')
  }),
  factGiven('importsFuture', 'import', 'of a time to come holds the clock until then', async ({ log }) => {
    const future = new Date(Date.now() + 86_400_000)
    await log.import([{ ...anEvent(), stream: 'account-1', recordedAt: future }])
    assert.deepEqual((await append(log, 'account-1')).recordedAt, future)
  }),
  fact('import', 'without times records them now', async ({ log }) => {
    await log.import(history(3))
    for (const { recordedAt } of await log.read().toArray()) {
      assert.ok(Math.abs(recordedAt.getTime() - Date.now()) < 3_600_000)
    }
  }),
  fact('import', 'is refused when an event is earlier than the one before', async ({ log }) => {
    const events = history(10).map((event, place) => ({ ...event, recordedAt: new Date(LONG_AGO + place) }))
    const disordered = events.with(6, { ...history(1)[0], recordedAt: new Date(LONG_AGO + 4) } as (typeof events)[0])
    const details = {
      log: log.name,
      event: 6,
      recordedAt: new Date(LONG_AGO + 4).toISOString(),
      last: new Date(LONG_AGO + 5).toISOString(),
    }
    await assertRefused(() => log.import(disordered), 'import-out-of-order', details)
    await assertPrefix(log, events, 6)
  }),
  fact('import', 'is refused when it is earlier than what the log holds', async ({ log }) => {
    await append(log, 'account-1')
    const old = [{ ...anEvent(), stream: 'account-1', recordedAt: new Date(LONG_AGO) }]
    await assertRefused(() => log.import(old), 'import-out-of-order', { log: log.name, event: 0 })
    await assertCount(log, 1)
  }),
  fact('import', 'refuses a bad event, with its place and the path', async ({ log, store }) => {
    for (const [path, bad] of BAD_EVENTS) {
      const target = newLog(store)
      const events = history(9)
      const spoiled = events.with(4, { ...events[4], ...bad } as ImportedEvent)
      await assertRefused(() => target.import(spoiled), 'invalid-event', { path, event: 4 })
      await assertPrefix(target, events, 4)
    }
    await assertRefused(() => log.import([null as unknown as ImportedEvent]), 'invalid-event', { event: 0 })
  }),
  fact('import', 'of a time to come is refused by an engine that cannot hold its clock', async ({ store, log }) => {
    if (store.capabilities.importsFuture) return
    const future = { ...anEvent(), stream: 'account-1', recordedAt: new Date(Date.now() + 86_400_000) }
    await assertRefused(() => log.import([future]), 'not-supported', { engine: store.engine })
    await assertCount(log, 0)
  }),
  factGiven('uniqueEventIds', 'import', 'refuses an id that is taken, in the log or in the import', async ({ log }) => {
    const id = newEventId()
    await append(log, 'account-1', anEvent({ id }))
    await assertRefused(
      () => log.import(history(3).with(1, { ...anEvent({ id }), stream: 'account-2' })),
      'event-id-taken',
    )
    const twice = newEventId()
    const events = history(3).map((event) => ({ ...event, id: twice }))
    await assertRefused(() => log.import(events), 'event-id-taken')
    assert.equal(await log.streamVersion('account-1'), 1)
  }),
  fact('import', 'tells of its progress, and stops when aborted', async ({ log }) => {
    const progress: number[] = []
    await log.import(history(12_000), { onProgress: (imported) => progress.push(imported) })
    assert.equal(progress.at(-1), 12_000)
    assert.ok(progress.every((imported, place) => imported > (progress[place - 1] ?? 0)))
    const controller = new AbortController()
    const reason = new Error('enough')
    function* endless() {
      for (let n = 1; ; n++) yield { ...anEvent({ data: { n } }), stream: 'account-1' }
    }
    const onProgress = () => controller.abort(reason)
    await assertRejectsWith(() => log.import(endless(), { signal: controller.signal, onProgress }), reason)
    await assertRejectsWith(() => log.import(history(1), { signal: AbortSignal.abort(reason) }), reason)
  }),
  fact('import', 'fails with what its source fails with', async ({ log }) => {
    const reason = new Error('the file ends here')
    function* broken() {
      yield* history(3)
      throw reason
    }
    await assertRejectsWith(() => log.import(broken()), reason)
    await assertPrefix(log, history(3), 3)
    await append(log, 'account-1')
  }),
  fact('order', 'and appends at the same time leave one order', async ({ log, store }) => {
    const appending = range(1, 40).map(async (n) => {
      for (const _ of range(1, 5)) await append(log, `order-${n % 5}`, someEvents(2))
    })
    await Promise.all([log.import(history(5_000)), log.import(history(5_000, { stream: 'account-1' })), ...appending])
    const found = await log.read().toArray()
    assert.equal(found.length, 10_400)
    assertInOrder(found, store.capabilities.gaplessPositions)
  }),
])
