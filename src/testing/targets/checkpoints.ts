import assert from 'node:assert/strict'
import type { QuarantinedKey } from '../../store/index.ts'
import { changes, rowsOf, type TargetCase, targetFact } from './target-case.ts'

const SINCE = new Date('2026-03-01T12:00:00.000Z')

function held(key: string, position: number, waiting = 1): QuarantinedKey {
  return { key, position, waiting, error: 'bad "luck" 💶', since: SINCE }
}

export const checkpointCases: readonly TargetCase[] = [
  targetFact('checkpoint › moves from where it is expected, and only from there', async ({ live }) => {
    assert.equal(await live.checkpoint(), 0)
    assert.equal(await live.save(changes({ a: [{ n: 1 }, 3] }), { from: 0, to: 3 }), true)
    assert.equal(await live.save(new Map(), { from: 0, to: 4 }), false)
    assert.equal(await live.save(new Map(), { from: 4, to: 9 }), false)
    assert.equal(await live.checkpoint(), 3)
    assert.equal(await live.save(new Map(), { from: 3, to: 3 }), true)
    assert.equal(await live.save(new Map(), { from: 3, to: 2 ** 40 }), true)
    assert.equal(await live.checkpoint(), 2 ** 40)
  }),
  targetFact(
    'checkpoint › that does not move leaves rows and quarantine as they were',
    async ({ live }) => {
      await live.save(changes({ a: [{ n: 1 }, 3] }), { from: 0, to: 3 })
      const quarantine = new Map([['a', held('a', 4)]])
      assert.equal(await live.save(changes({ a: [{ n: 99 }, 4] }), { from: 0, to: 4, quarantine }), false)
      assert.deepEqual(await live.get('a'), { n: 1 })
      assert.deepEqual(await live.quarantined(), [])
    },
    'transactional',
  ),
  targetFact('checkpoint › is moved by one of eight at once, 20 times', async ({ live }) => {
    for (let from = 0; from < 20; from++) {
      // All of them write the same, as instances do that fold one log.
      const write = () => live.save(changes({ a: [{ n: from }, from + 1] }), { from, to: from + 1 })
      const won = await Promise.all(Array.from({ length: 8 }, write))
      assert.equal(won.filter(Boolean).length, 1, `round ${from}`)
    }
    assert.equal(await live.checkpoint(), 20)
    assert.deepEqual(await live.get('a'), { n: 19 })
  }),
  targetFact('checkpoint › is refused to a writer that has begun when another has saved since', async (context) => {
    const { live, place } = context
    const writer = await (await place()).live('f1')
    assert.equal(await writer.begin(), 0)
    assert.equal(await writer.save(changes({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 }), true)
    assert.equal(await writer.save(new Map(), { from: 1, to: 1 }), true)
    assert.equal(await live.save(changes({ b: [{ n: 2 }, 1] }), { from: 1, to: 1 }), true)
    assert.equal(await writer.checkpoint(), 1)
    assert.equal(await writer.save(new Map(), { from: 1, to: 2 }), false)
    assert.equal(await writer.begin(), 1)
    assert.equal(await writer.save(new Map(), { from: 1, to: 2 }), true)
    assert.equal(await live.save(new Map(), { from: 2, to: 3 }), true)
  }),
  targetFact('checkpoint › of a share of a build is that share’s own', async ({ target }) => {
    const building = await target.build('f2')
    const [one, two] = [
      { index: 0, count: 2 },
      { index: 1, count: 2 },
    ]
    assert.equal(await building.save(changes({ a: [{ n: 1 }, 3] }), { from: 0, to: 3, partition: one }), true)
    assert.equal(await building.save(changes({ b: [{ n: 2 }, 4] }), { from: 0, to: 4, partition: two }), true)
    assert.equal(await building.save(new Map(), { from: 0, to: 5, partition: two }), false)
    assert.equal(await building.save(new Map(), { from: 9, to: 10, partition: { index: 2, count: 3 } }), false)
    assert.deepEqual(await Promise.all([one, two].map((share) => building.checkpoint(share))), [3, 4])
    assert.equal(await building.checkpoint({ index: 0, count: 3 }), 0)
    assert.equal(await building.checkpoint(), 0)
    assert.deepEqual(await rowsOf(building), { a: { n: 1 }, b: { n: 2 } })
    assert.equal(await building.save(new Map(), { from: 0, to: 4 }), true)
    assert.equal(await building.checkpoint(), 4)
  }),
  targetFact('quarantine › is kept with the checkpoint, changed and released by key', async ({ live, place }) => {
    const first = new Map([
      ['b', held('b', 2)],
      ['a"', held('a"', 3, 2)],
    ])
    assert.equal(await live.save(new Map(), { from: 0, to: 4, quarantine: first }), true)
    assert.deepEqual(await live.quarantined(), [held('a"', 3, 2), held('b', 2)])
    const second = new Map([
      ['b', undefined],
      ['a"', held('a"', 5, 7)],
      ['never', undefined],
    ])
    assert.equal(await live.save(new Map(), { from: 4, to: 4, quarantine: second }), true)
    const again = await (await place()).live('f1')
    assert.deepEqual(await again.quarantined(), [held('a"', 5, 7)])
    assert.equal(await again.checkpoint(), 4)
  }),
]
