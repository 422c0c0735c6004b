import assert from 'node:assert/strict'
import { isDaybookError } from '../../errors/index.ts'
import type { EventLog, ExpectedVersion } from '../../store/index.ts'
import { assertCount, assertInOrder, assertRefused, split } from './assertions.ts'
import { anEvent, append, range, someEvents } from './builders.ts'
import { type CaseContext, fact, topic } from './conformance-case.ts'

/** What a stream with so many events makes of an expectation. */
const TABLE: readonly (readonly [expected: ExpectedVersion, events: number, met: boolean])[] = [
  [0, 0, true],
  ['none', 0, true],
  ['any', 0, true],
  ['exists', 0, false],
  [1, 0, false],
  [3, 3, true],
  ['any', 3, true],
  ['exists', 3, true],
  ['none', 3, false],
  [0, 3, false],
  [2, 3, false],
  [4, 3, false],
  [2_147_483_647, 3, false],
]

const WRITERS = 16
const ROUNDS = 200

/** All write at once, all believing the same; exactly one may be right. */
async function race(log: EventLog, stream: string, expected: number, random: CaseContext['random']): Promise<void> {
  const writers = range(1, WRITERS).map(async (writer) => {
    if (random.chance(0.3)) await new Promise((resolve) => setImmediate(resolve))
    return append(log, stream, anEvent({ data: { writer } }), expected)
  })
  const { recorded, refused } = split(await Promise.allSettled(writers))
  assert.equal(recorded.length, 1, `winners at version ${expected}`)
  for (const error of refused) {
    if (!isDaybookError(error, 'version-conflict')) throw error
    assert.deepEqual(error.details, { log: log.name, stream, expected, actual: expected + 1 })
  }
}

export const expectedVersionCases = topic('expected version', [
  ...TABLE.map(([expected, events, met]) =>
    fact(
      'versions',
      `${expected} is ${met ? 'met by' : 'refused on'} a stream of ${events} events`,
      async ({ log }) => {
        if (events > 0) await append(log, 'account-A17', someEvents(events))
        const work = () => append(log, 'account-A17', someEvents(2), expected)
        if (met) assert.deepEqual((await work()).versions, { 'account-A17': events + 2 })
        else
          await assertRefused(work, 'version-conflict', {
            stream: 'account-A17',
            log: log.name,
            expected: expected as number,
            actual: events,
          })
        await assertCount(log, met ? events + 2 : events)
      },
    ),
  ),
  fact('versions', 'when absent means any', async ({ log }) => {
    const streams = [{ stream: 'account-A17', events: someEvents(2) }]
    await log.append({ streams })
    assert.deepEqual((await log.append({ streams })).versions, { 'account-A17': 4 })
  }),
  fact('versions', 'is refused when it is no version', async ({ log }) => {
    for (const expected of [
      -1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 31,
      '1',
      'latest',
      1n,
      {},
      true,
      null,
    ]) {
      await assertRefused(
        () => append(log, 'account-A17', anEvent(), expected as unknown as number),
        'invalid-argument',
      )
    }
    await assertCount(log, 0)
  }),
  fact('versions', 'lets exactly one of 16 writers win, 200 times', async ({ log, store, random }) => {
    for (const round of range(0, ROUNDS - 1)) await race(log, 'account-A17', round, random)
    const events = await log.readStream('account-A17').toArray()
    assert.equal(events.length, ROUNDS)
    assertInOrder(events, store.capabilities.gaplessPositions)
  }),
  fact('versions', 'lets exactly one of 16 writers begin a stream, with none as with 0', async ({ log }) => {
    for (const round of range(1, 20)) {
      const writers = range(1, WRITERS).map((n) => append(log, `account-${round}`, anEvent(), n % 2 === 0 ? 'none' : 0))
      const { recorded, refused } = split(await Promise.allSettled(writers))
      assert.equal(recorded.length, 1)
      assert.ok(refused.every((error) => isDaybookError(error, 'version-conflict')))
    }
    await assertCount(log, 20)
  }),
])
