import assert from 'node:assert/strict'
import { type NewEvent, newEventId } from '../../events/index.ts'
import type { AppendRequest, EventLog, ExpectedVersion } from '../../store/index.ts'
import { assertCount, assertRefused } from './assertions.ts'
import { anEvent, append, someEvents } from './builders.ts'
import { fact, factGiven, newLog, topic } from './conformance-case.ts'

/** Events with ids of their own, as a caller makes them who means to try again. */
function identified(count: number): NewEvent[] {
  return someEvents(count).map((event) => ({ ...event, id: newEventId() }))
}

/** Appends, lets others append, and appends the same again. */
async function assertRepeatable(log: EventLog, request: AppendRequest): Promise<void> {
  const first = await log.append(request)
  for (const { stream } of request.streams) await append(log, stream)
  await append(log, 'bystander-1')
  const count = (await log.read().toArray()).length
  const { repeated, ...second } = await log.append(request)
  assert.equal(repeated, true)
  assert.deepEqual({ ...second, repeated: false }, first)
  await assertCount(log, count)
}

function repeatable(expectedVersion: ExpectedVersion, before: number) {
  const name = `succeeds without writing when tried again, expecting ${expectedVersion}`
  return fact('once', `${name}, on ${before} events`, async ({ log }) => {
    if (before > 0) await append(log, 'account-A17', someEvents(before))
    await assertRepeatable(log, { streams: [{ stream: 'account-A17', events: identified(3), expectedVersion }] })
  })
}

export const repeatCases = topic('repeated append', [
  repeatable(0, 0),
  repeatable(4, 4),
  repeatable('none', 0),
  repeatable('any', 0),
  repeatable('any', 4),
  repeatable('exists', 4),
  factGiven('multiStream', 'once', 'succeeds without writing when it writes several streams', async ({ log }) => {
    await append(log, 'account-B', someEvents(2))
    await append(log, 'account-C', someEvents(2))
    await assertRepeatable(log, {
      streams: [
        { stream: 'account-A', events: identified(2), expectedVersion: 'none' },
        { stream: 'account-B', events: identified(1), expectedVersion: 2 },
        { stream: 'account-C', events: identified(3), expectedVersion: 'any' },
      ],
    })
  }),
  factGiven(
    'multiStream',
    'once',
    'succeeds though its own events and later ones break its boundary and conditions',
    async ({ log }) => {
      await append(log, 'course-C1')
      const request: AppendRequest = {
        streams: [{ stream: 'account-A17', events: identified(1).map((event) => ({ ...event, tags: ['A17'] })) }],
        conditions: [{ stream: 'course-C1', expectedVersion: 1 }],
        unless: { tags: ['A17'], after: 1 },
      }
      await log.append(request)
      await append(log, 'course-C1')
      assert.equal((await log.append(request)).repeated, true)
      await assertCount(log, 3)
    },
  ),
  fact('once', 'is recorded once when tried twice in one tick', async ({ log }) => {
    for (const expectedVersion of ['none', 'any', 0] as const) {
      const stream = `account-${expectedVersion}`
      const request = { streams: [{ stream, events: identified(2), expectedVersion }] }
      const both = await Promise.all([log.append(request), log.append(request)])
      assert.deepEqual(both.map((appended) => appended.repeated).sort(), [false, true])
      assert.deepEqual(both[0].events, both[1].events)
      assert.equal(await log.streamVersion(stream), 2)
    }
  }),
  fact('once', 'is a conflict when other events stand where it would be', async ({ log }) => {
    const [first, second, third] = identified(3)
    await append(log, 'account-A17', [first, second] as NewEvent[], 0)
    const again = (events: (NewEvent | undefined)[], expected: number) => () =>
      append(log, 'account-A17', events as NewEvent[], expected)
    await assertRefused(again([first, second, third], 0), 'version-conflict', { expected: 0, actual: 2 })
    await assertRefused(again([second, first], 0), 'version-conflict', { expected: 0, actual: 2 })
    await assertRefused(again([first, second], 1), 'version-conflict', { expected: 1, actual: 2 })
    await assertRefused(again([third], 0), 'version-conflict', { expected: 0, actual: 2 })
    await assertCount(log, 2)
  }),
  fact('once', 'is a conflict when its events stand later than none allows', async ({ log }) => {
    await append(log, 'account-A17', someEvents(2))
    const events = identified(2)
    await append(log, 'account-A17', events, 2)
    const again = (expected: ExpectedVersion) => () => append(log, 'account-A17', events, expected)
    await assertRefused(again('none'), 'version-conflict', { expected: 'none', actual: 4 })
    await assertRefused(again(0), 'version-conflict', { expected: 0, actual: 4 })
    assert.equal((await again('exists')()).repeated, true)
    await assertCount(log, 4)
  }),
  factGiven('multiStream', 'once', 'is a conflict when only one of its streams has its events', async ({ log }) => {
    const [event, other] = identified(2) as [NewEvent, NewEvent]
    await append(log, 'account-A', event, 0)
    const streams = [
      { stream: 'account-A', events: [event], expectedVersion: 0 },
      { stream: 'account-B', events: [other], expectedVersion: 0 },
    ]
    await assertRefused(() => log.append({ streams }), 'version-conflict', { stream: 'account-A', actual: 1 })
    assert.equal(await log.streamVersion('account-B'), 0)
  }),
])

export const eventIdCases = topic('event ids', [
  fact('once', 'are refused when they stand in another stream', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event)
    for (const expected of ['any', 'none', 0] as const) {
      await assertRefused(() => append(log, 'account-B', event, expected), 'event-id-taken', { log: log.name })
    }
    await assertCount(log, 1)
  }),
  fact('once', 'are refused when the version expected is right but the id is taken', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event)
    await assertRefused(() => append(log, 'account-A', event, 1), 'event-id-taken')
    await assertRefused(() => append(log, 'account-A', [anEvent(), event], 1), 'event-id-taken')
    await assertCount(log, 1)
  }),
  fact('once', 'are refused when a later event of the append has one that is taken', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event)
    await assertRefused(() => append(log, 'account-A', [anEvent(), event]), 'event-id-taken')
    await assertRefused(() => append(log, 'account-B', [anEvent(), event], 'none'), 'event-id-taken')
    await assertCount(log, 1)
  }),
  fact('once', 'are refused when only the first events of the append are recorded', async ({ log }) => {
    const [first, second] = identified(2) as [NewEvent, NewEvent]
    await append(log, 'account-A', first)
    await assertRefused(() => append(log, 'account-A', [first, second]), 'event-id-taken')
    await append(log, 'account-A')
    await append(log, 'account-A', second)
    await assertRefused(() => append(log, 'account-A', [first, second]), 'event-id-taken')
    await assertCount(log, 3)
  }),
  fact('once', 'are refused twice within one append', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await assertRefused(() => append(log, 'account-A', [event, event]), 'event-id-taken')
    const streams = ['account-A', 'account-B'].map((stream) => ({ stream, events: [event] }))
    await assertRefused(() => log.append({ streams }), 'event-id-taken')
    await assertCount(log, 0)
  }),
  fact('once', 'that are taken spoil no neighbour of the same tick', async ({ log }) => {
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event)
    const settled = await Promise.allSettled([
      append(log, 'account-B', someEvents(2), 0),
      append(log, 'account-C', [anEvent(), event], 0),
      append(log, 'account-D', [event]),
      append(log, 'account-E', someEvents(2), 'none'),
      append(log, 'account-F', someEvents(2)),
    ])
    assert.deepEqual(
      settled.map((result) => result.status === 'fulfilled'),
      [true, false, false, true, true],
    )
    await assertCount(log, 7)
  }),
  fact('logs', 'may stand in several logs', async ({ log, store }) => {
    const event = anEvent({ id: newEventId() })
    await append(log, 'account-A', event)
    const { repeated } = await append(newLog(store), 'account-A', event)
    assert.equal(repeated, false)
  }),
])
