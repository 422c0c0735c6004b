import assert from 'node:assert/strict'
import type { ReadModelTarget } from '../../store/index.ts'
import { assertRefused } from '../conformance/index.ts'
import { changes, FINGERPRINT, rowsOf, type TargetCase, targetFact } from './target-case.ts'

async function states(target: ReadModelTarget): Promise<string[]> {
  const all = await target.generations()
  return all.map(({ fingerprint, state, checkpoint }) => `${fingerprint} ${state} ${checkpoint}`)
}

export const generationCases: readonly TargetCase[] = [
  targetFact('generations › the live one is made once, and found by whoever comes later', async ({ live, place }) => {
    const others = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => (await place()).live(n % 2 === 0 ? FINGERPRINT : 'other')),
    )
    for (const { id, fingerprint } of others) assert.deepEqual([id, fingerprint], [live.id, FINGERPRINT])
    const target = await place()
    assert.deepEqual(await states(target), ['f1 live 0'])
    assert.ok(Math.abs(Number((await target.generations())[0]?.createdAt) - Date.now()) < 60_000)
  }),
  targetFact('generations › eight that ask at once for the first get the same', async ({ place }) => {
    const target = await place(`log-${Math.random()}`)
    const all = await Promise.all(Array.from({ length: 8 }, () => target.live('f')))
    assert.equal(new Set(all.map(({ id }) => id)).size, 1)
  }),
  targetFact('generations › one is built beside the live one, and resumed by its definition', async (context) => {
    const { live, target, place } = context
    await live.save(changes({ a: [{ of: 'live' }, 1] }), { from: 0, to: 1 })
    const building = await target.build('f2')
    await building.save(changes({ a: [{ of: 'new' }, 1], b: [{ of: 'new' }, 2] }), { from: 0, to: 2 })
    assert.deepEqual(await rowsOf(target), { a: { of: 'live' } })
    const resumed = await (await place()).build('f2')
    assert.deepEqual([resumed.id, await resumed.checkpoint()], [building.id, 2])
    assert.deepEqual(await rowsOf(resumed), { a: { of: 'new' }, b: { of: 'new' } })
    assert.deepEqual(await states(target), ['f1 live 1', 'f2 building 2'])
    const another = await target.build('f3')
    assert.ok(another.id > building.id)
    assert.deepEqual(await rowsOf(another), {})
    assert.deepEqual(await states(target), ['f1 live 1', 'f3 building 0'])
    assert.equal(await building.save(new Map(), { from: 2, to: 3 }), false)
  }),
  targetFact('generations › a swap shows the new rows, keeps the old, and is taken back', async ({ live, target }) => {
    await live.save(changes({ a: [{ of: 'old' }, 1] }), { from: 0, to: 1 })
    const building = await target.build('f2')
    await building.save(changes({ a: [{ of: 'new' }, 1] }), { from: 0, to: 1 })
    await target.promote(building.id)
    assert.deepEqual(await target.get('a'), { of: 'new' })
    assert.deepEqual(await rowsOf(target), { a: { of: 'new' } })
    assert.deepEqual(await states(target), ['f1 previous 1', 'f2 live 1'])
    assert.equal((await target.live(FINGERPRINT)).id, building.id)
    assert.equal(await live.save(changes({ b: [1, 2] }), { from: 1, to: 2 }), false)
    assert.equal(await live.checkpoint(), 1)
    assert.equal(await building.save(changes({ b: [2, 2] }), { from: 1, to: 2 }), true)
    await target.rollBack()
    assert.deepEqual(await rowsOf(target), { a: { of: 'old' } })
    assert.deepEqual(await states(target), ['f1 live 1', 'f2 previous 2'])
    assert.equal(await live.save(changes({ a: [{ of: 'old' }, 2] }), { from: 1, to: 2 }), true)
    await target.rollBack()
    assert.deepEqual(await states(target), ['f1 previous 2', 'f2 live 2'])
  }),
  targetFact('generations › one that has not come as far as the live one is not swapped in', async (context) => {
    const { live, target } = context
    await live.save(changes({ a: [{ of: 'old' }, 2] }), { from: 0, to: 2 })
    const building = await target.build('f2')
    await building.save(changes({ a: [{ of: 'new' }, 1] }), { from: 0, to: 1 })
    assert.equal(await target.promote(building.id), false)
    assert.deepEqual(await states(target), ['f1 live 2', 'f2 building 1'])
    await building.save(changes({ a: [{ of: 'new' }, 2] }), { from: 1, to: 2 })
    assert.equal(await target.promote(building.id), true)
    assert.equal(await target.promote((await target.build('f3')).id, { evenBehind: true }), true)
    assert.deepEqual(await states(target), ['f2 previous 2', 'f3 live 0'])
  }),
  targetFact('generations › a second swap drops what was previous', async ({ live, target }) => {
    await target.promote((await target.build('f2')).id)
    await target.promote((await target.build('f3')).id)
    assert.deepEqual(await states(target), ['f2 previous 0', 'f3 live 0'])
    await assertRefused(() => target.generation(live.id), 'generation-missing')
    assert.equal(await live.save(new Map(), { from: 0, to: 1 }), false)
  }),
  targetFact(
    'generations › one that is not live is dropped with its rows, and its id is not used again',
    async (context) => {
      const { target, live } = context
      const building = await target.build('f2')
      await building.save(changes({ a: [1, 1] }), { from: 0, to: 1 })
      await target.drop(building.id)
      await target.drop(building.id)
      assert.deepEqual(await states(target), ['f1 live 0'])
      const next = await target.build('f2')
      assert.ok(next.id > building.id)
      assert.equal(await next.count(), 0)
      assert.equal(await building.save(new Map(), { from: 1, to: 2 }), false)
      await assertRefused(() => target.drop(live.id), 'invalid-argument')
    },
  ),
  targetFact('generations › the only one, while it is being built, is dropped too', async ({ place }) => {
    const target = await place(`log-${Math.random()}`)
    await target.drop((await target.build('f')).id)
    assert.deepEqual(await states(target), [])
    assert.equal((await target.live('f')).fingerprint, 'f')
  }),
  targetFact('generations › what is not there is neither opened, nor made live, nor gone back to', async (context) => {
    const { target, live } = context
    await assertRefused(() => target.generation(live.id + 100), 'generation-missing')
    await assertRefused(() => target.promote(live.id), 'generation-missing')
    await assertRefused(() => target.rollBack(), 'generation-missing')
    assert.equal((await target.generation(live.id)).fingerprint, FINGERPRINT)
  }),
  targetFact('generations › a reader sees the one or the other while they are swapped', async ({ live, target }) => {
    await live.save(changes({ a: [{ of: 'old' }, 1] }), { from: 0, to: 1 })
    const building = await target.build('f2')
    await building.save(changes({ a: [{ of: 'new' }, 1] }), { from: 0, to: 1 })
    let isDone = false
    const reading = async () => {
      const seen = new Set<string>()
      while (!isDone) seen.add(JSON.stringify(await target.get('a')))
      return seen
    }
    const readers = [reading(), reading()]
    await target.promote(building.id)
    for (let turn = 0; turn < 10; turn++) await target.rollBack()
    isDone = true
    for (const seen of await Promise.all(readers)) {
      for (const each of seen) assert.ok(['{"of":"old"}', '{"of":"new"}'].includes(each), `a reader saw ${each}`)
    }
  }),
]
