import assert from 'node:assert/strict'
import { isDaybookError } from '../../errors/index.ts'
import type { EventLog, ExpectedVersion } from '../../store/index.ts'
import { assertCount, assertInOrder, assertRefused, split } from './assertions.ts'
import { anEvent, append, positionsOf, range, someEvents } from './builders.ts'
import { fact, factGiven, topic } from './conformance-case.ts'

function write(stream: string, count = 1, expectedVersion: ExpectedVersion = 'any') {
  return { stream, events: someEvents(count), expectedVersion }
}

/** Writes `own` if `other` has not changed: two such, crosswise, must not both be recorded. */
function guarded(log: EventLog, own: string, other: string) {
  return log.append({ streams: [write(own, 1, 'none')], conditions: [{ stream: other, expectedVersion: 'none' }] })
}

export const multiStreamCases = topic('multi-stream append', [
  fact('atomic', 'writes all of its streams, in the order given', async ({ log }) => {
    const { position: after } = await append(log, 'account-B', someEvents(2))
    const streams = [write('account-C', 2), write('account-A', 1, 'none'), write('account-B', 2, 2)]
    const appended = await log.append({ streams })
    const expected = ['account-C', 'account-C', 'account-A', 'account-B', 'account-B']
    assert.deepEqual(
      appended.events.map((event) => event.stream.name),
      expected,
    )
    assert.deepEqual(
      appended.events.map((event) => event.version),
      [1, 2, 1, 3, 4],
    )
    assert.deepEqual(appended.versions, { 'account-C': 2, 'account-A': 1, 'account-B': 4 })
    assert.deepEqual(await log.read({ after }).toArray(), appended.events)
  }),
  factGiven('gaplessPositions', 'atomic', 'stands in the log in one piece', async ({ log }) => {
    const appends = range(1, 60).map((n) => log.append({ streams: [write(`a-${n % 7}`, 3), write(`b-${n % 5}`, 2)] }))
    for (const { events, position } of await Promise.all(appends)) {
      assert.deepEqual(positionsOf(events), range(position - 4, position))
    }
    assertInOrder(await log.read().toArray(), true)
  }),
  fact('atomic', 'writes nothing when one of its streams is elsewhere, whichever it is', async ({ log }) => {
    await append(log, 'account-B', someEvents(3))
    const fresh = () => [write('account-A', 2, 'none'), write('account-C', 2, 'none')]
    for (const place of [0, 1, 2]) {
      const streams = fresh().toSpliced(place, 0, write('account-B', 1, 2))
      const details = { stream: 'account-B', expected: 2, actual: 3 }
      await assertRefused(() => log.append({ streams }), 'version-conflict', details)
    }
    assert.equal(await log.streamVersion('account-A'), 0)
    await assertCount(log, 3)
  }),
  fact('atomic', 'refuses a stream that is given twice', async ({ log }) => {
    const twice = [write('account-A'), write('account-A')]
    await assertRefused(() => log.append({ streams: twice }), 'invalid-argument')
    const conditions = [{ stream: 'account-A', expectedVersion: 0 }]
    await assertRefused(() => log.append({ streams: [write('account-A')], conditions }), 'invalid-argument')
    await assertCount(log, 0)
  }),
  fact('atomic', 'refuses a bad event of any of its streams', async ({ log }) => {
    const bad = { stream: 'account-B', events: [anEvent(), anEvent({ data: { amount: Number.NaN } })] }
    const details = { path: 'data.amount', event: 3 }
    await assertRefused(() => log.append({ streams: [write('account-A', 2), bad] }), 'invalid-event', details)
    await assertCount(log, 0)
  }),
  fact('atomic', 'takes 1,000 streams, and no more', async ({ log }) => {
    const streams = range(1, 1_000).map((n) => write(`account-${n}`, 1, 'none'))
    const { versions } = await log.append({ streams })
    assert.equal(Object.keys(versions).length, 1_000)
    await assertRefused(() => log.append({ streams: [...streams, write('account-1001')] }), 'invalid-argument')
    await assertCount(log, 1_000)
  }),
  fact('atomic', 'never waits for one that writes the same streams in another order', async ({ log }) => {
    const appends = range(1, 200).map((n) => {
      const streams = [write('account-A'), write('account-B')]
      return log.append({ streams: n % 2 === 0 ? streams : streams.reverse() })
    })
    await Promise.all(appends)
    assert.equal(await log.streamVersion('account-A'), 200)
    assert.equal(await log.streamVersion('account-B'), 200)
  }),
])

export const conditionCases = topic('condition', [
  ...(
    [
      [0, 0, true],
      ['none', 0, true],
      ['any', 0, true],
      ['exists', 0, false],
      [1, 0, false],
      [2, 2, true],
      ['exists', 2, true],
      ['any', 2, true],
      ['none', 2, false],
      [1, 2, false],
      [3, 2, false],
    ] as const
  ).map(([expectedVersion, events, met]) =>
    fact(
      'versions',
      `${expectedVersion} ${met ? 'holds' : 'fails'} for a stream of ${events} events`,
      async ({ log }) => {
        if (events > 0) await append(log, 'limit-L1', someEvents(events))
        const request = {
          streams: [write('account-A', 2)],
          conditions: [
            { stream: 'limit-L0', expectedVersion: 'none' as const },
            { stream: 'limit-L1', expectedVersion },
          ],
        }
        const details = { stream: 'limit-L1', expected: expectedVersion as number, actual: events }
        if (met) assert.deepEqual((await log.append(request)).versions, { 'account-A': 2 })
        else await assertRefused(() => log.append(request), 'version-conflict', details)
        await assertCount(log, met ? events + 2 : events)
        assert.equal(await log.streamVersion('limit-L1'), events)
      },
    ),
  ),
  fact('versions', 'keeps two appends from changing what the other one relied on', async ({ log }) => {
    for (const round of range(1, 60)) {
      const [left, right] = [`left-${round}`, `right-${round}`]
      const both = await Promise.allSettled([guarded(log, left, right), guarded(log, right, left)])
      const { recorded, refused } = split(both)
      assert.equal(recorded.length, 1, 'exactly one of the two is recorded')
      assert.ok(isDaybookError(refused[0], 'version-conflict'))
    }
    await assertCount(log, 60)
  }),
])
