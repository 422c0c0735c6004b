import assert from 'node:assert/strict'
import { isEventId } from '../../events/index.ts'
import { assertCount, assertInOrder, assertRefused, assertRejectsWith, split } from './assertions.ts'
import { anEvent, append, idsOf, range, someEvents, versionsOf } from './builders.ts'
import { fact, factGiven, topic } from './conformance-case.ts'

/** How far a test's clock and a server's may be apart. */
const CLOCK_TOLERANCE_MS = 3_600_000

export const appendCases = topic('append', [
  fact('faithful', 'gives the events as they are read later', async ({ log }) => {
    const appended = await append(log, 'account-A17', someEvents(3, { tags: ['vip'], metadata: { actor: 'teller-4' } }))
    assert.deepEqual(appended.events, await log.readStream('account-A17').toArray())
    assert.deepEqual(appended.events, await log.read().toArray())
    assert.equal(appended.repeated, false)
    assert.equal(appended.earlierCommand, undefined)
  }),
  fact('faithful', 'gives the last position, the versions and the time', async ({ log }) => {
    await append(log, 'account-A17', someEvents(2))
    const { position, versions, recordedAt, events } = await append(log, 'account-A17', someEvents(3))
    assert.equal(position, events.at(-1)?.position)
    assert.equal(position, await log.head())
    assert.deepEqual(versions, { 'account-A17': 5 })
    assert.deepEqual(recordedAt, events.at(-1)?.recordedAt)
    assert.ok(
      Math.abs(recordedAt.getTime() - Date.now()) < CLOCK_TOLERANCE_MS,
      `recorded at ${recordedAt.toISOString()}`,
    )
  }),
  fact('faithful', 'fills in an id, schema version 1, no metadata and no tags', async ({ log }) => {
    const { events } = await append(log, 'account-A17', { type: 'Opened', data: null })
    const [event] = await log.readStream('account-A17').toArray()
    assert.ok(isEventId(event?.id), `${event?.id} is a UUID`)
    assert.deepEqual(event, events[0])
    const { id: _, recordedAt: __, ...rest } = event ?? assert.fail('the event is missing')
    assert.deepEqual(rest, {
      type: 'Opened',
      data: null,
      schemaVersion: 1,
      metadata: {},
      tags: [],
      stream: { name: 'account-A17', category: 'account', id: 'A17' },
      version: 1,
      position: await log.head(),
    })
  }),
  fact('faithful', 'keeps the id, the schema version, the metadata and the tags in their order', async ({ log }) => {
    const event = {
      type: 'Opened',
      data: { owner: 'Ada' },
      id: '0190a5b0-0000-7000-8000-0123456789ab',
      schemaVersion: 32_767,
      metadata: { actor: 'teller-4', correlationId: 'c1', 'own key': [1, { deep: true }] },
      tags: ['z', 'a', 'course:C1'],
    }
    await append(log, 'account-A17', event)
    const [{ id, type, data, schemaVersion, metadata, tags } = assert.fail('the event is missing')] = await log
      .read()
      .toArray()
    assert.deepEqual({ id, type, data, schemaVersion, metadata, tags }, event)
  }),
  fact('faithful', 'takes the category of a stream up to its first hyphen', async ({ log }) => {
    await append(log, 'order-2026-03-1')
    const [event] = await log.read().toArray()
    assert.deepEqual(event?.stream, { name: 'order-2026-03-1', category: 'order', id: '2026-03-1' })
  }),
  fact('faithful', 'shares no mutable object with its callers', async ({ log }) => {
    const data = { list: [1, 2, 3] }
    const metadata = { own: { key: 'before' } }
    const tags = ['before']
    const appending = append(log, 'account-A17', anEvent({ data, metadata, tags }))
    data.list.push(4)
    metadata.own.key = 'after'
    tags[0] = 'after'
    const { events } = await appending
    const wreck = (event: unknown) => Object.assign((event as (typeof events)[0])?.data as object, { list: 'wrecked' })
    events.map(wreck)
    ;(await log.read().toArray()).map(wreck)
    const [event] = await log.read().toArray()
    assert.deepEqual(event?.data, { list: [1, 2, 3] })
    assert.deepEqual(event?.metadata, { own: { key: 'before' } })
    assert.deepEqual(event?.tags, ['before'])
  }),
  fact('order', 'can be read by everybody as soon as it is acknowledged', async ({ log, store }) => {
    let after = 0
    for (const version of range(1, 20)) {
      const { position } = await append(log, 'account-A17')
      assert.equal(await store.log(log.name).streamVersion('account-A17'), version)
      assert.equal((await store.log(log.name).read({ after }).toArray()).length, 1)
      after = position
    }
  }),
  fact('order', 'records one time for the events of one append, in whole milliseconds', async ({ log }) => {
    const { recordedAt } = await append(log, 'account-A17', someEvents(50))
    const events = await log.read().toArray()
    assert.deepEqual(new Set(events.map((event) => event.recordedAt.getTime())), new Set([recordedAt.getTime()]))
    assert.ok(Number.isInteger(recordedAt.getTime()))
  }),
  factGiven('gaplessPositions', 'order', 'leaves no gap in positions where appends were refused', async ({ log }) => {
    for (const version of range(0, 9)) {
      await append(log, 'account-A17', anEvent(), version)
      await assertRefused(() => append(log, 'account-A17', anEvent(), version), 'version-conflict')
    }
    assertInOrder(await log.read().toArray(), true)
    await assertCount(log, 10)
  }),
  factGiven('largeAppends', 'atomic', 'takes 10,000 events at once', async ({ log }) => {
    const events = someEvents(10_000)
    const { versions } = await append(log, 'account-A17', events, 'none')
    assert.deepEqual(versions, { 'account-A17': 10_000 })
    const read = await log.readStream('account-A17').toArray()
    assert.deepEqual(
      read.map((event) => event.data),
      events.map((event) => event.data),
    )
    assert.deepEqual(versionsOf(read), range(1, 10_000))
  }),
  fact('atomic', 'refuses whole what its capabilities do not hold', async ({ log, store }) => {
    const { engine, capabilities } = store
    const streams = ['account-A', 'account-B'].map((stream) => ({ stream, events: someEvents(2) }))
    const large = { stream: 'account-A', events: someEvents(10_000) }
    const lacking = [
      ...(capabilities.multiStream ? [] : [{ streams }]),
      ...(capabilities.largeAppends ? [] : [{ streams: [large] }]),
    ]
    for (const request of lacking) await assertRefused(() => log.append(request), 'not-supported', { engine })
    await assertCount(log, 0)
  }),
  fact('atomic', 'refuses 10,001 events, and an append without any', async ({ log }) => {
    await assertRefused(() => append(log, 'account-A17', someEvents(10_001)), 'invalid-argument')
    await assertRefused(() => append(log, 'account-A17', []), 'invalid-argument')
    await assertRefused(() => log.append({ streams: [] }), 'invalid-argument')
    await assertCount(log, 0)
  }),
  fact('atomic', 'is withdrawn by a signal that is aborted already, with the reason', async ({ log }) => {
    const reason = new Error('changed my mind')
    const request = { streams: [{ stream: 'account-A17', events: [anEvent()] }] }
    await assertRejectsWith(() => log.append(request, { signal: AbortSignal.abort(reason) }), reason)
    await assertCount(log, 0)
  }),
  fact('atomic', 'is recorded or withdrawn, never both, when the signal is aborted meanwhile', async ({ log }) => {
    const attempts = range(1, 100).map(async (number) => {
      const controller = new AbortController()
      const request = { streams: [{ stream: `account-${number}`, events: someEvents(2) }] }
      const appending = log.append(request, { signal: controller.signal })
      if (number % 2 === 0) controller.abort()
      else setImmediate(() => controller.abort())
      return appending
    })
    const { recorded } = split(await Promise.allSettled(attempts))
    const acknowledged = recorded.flatMap((appended) => idsOf(appended.events))
    assert.deepEqual(new Set(idsOf(await log.read().toArray())), new Set(acknowledged))
  }),
  fact('order', 'keeps the order of calls for appends of one tick to one stream', async ({ log }) => {
    const appended = await Promise.all(range(1, 300).map((n) => append(log, 'account-A17', anEvent({ data: n }))))
    const events = await log.readStream('account-A17').toArray()
    assert.deepEqual(
      events.map((event) => event.data),
      range(1, 300),
    )
    assert.deepEqual(
      appended.map((each) => each.versions['account-A17']),
      range(1, 300),
    )
  }),
  fact('versions', 'lets appends of one tick expect each other', async ({ log }) => {
    await Promise.all(range(0, 299).map((version) => append(log, 'account-A17', anEvent({ data: version }), version)))
    const events = await log.readStream('account-A17').toArray()
    assert.deepEqual(
      events.map((event) => event.data),
      range(0, 299),
    )
  }),
  fact('atomic', 'fails alone in a burst of others', async ({ log }) => {
    await append(log, 'account-old', someEvents(3))
    const burst = range(1, 120).map((number) => {
      if (number % 10 === 3) return append(log, 'account-old', anEvent(), 0)
      if (number % 10 === 7) return append(log, 'account-old', anEvent({ data: undefined }))
      return append(log, `account-${number}`, someEvents(2), 'none')
    })
    const { recorded, refused } = split(await Promise.allSettled(burst))
    assert.equal(recorded.length, 96)
    assert.equal(refused.length, 24)
    await assertCount(log, 3 + 2 * 96)
    assert.equal(await log.streamVersion('account-old'), 3)
  }),
])
