import assert from 'node:assert/strict'
import { changes, rowsOf, type TargetCase, targetFact } from './target-case.ts'

const ODD_KEYS = ['b', 'a', 'Z', 'é', '💶', 'ﬀ', 'a b', '"; --', '*', 'a:b', '{a}', '%', '../x', 'x'.repeat(512)]

const ODD_ROWS = [
  { text: 'é "\\ 💶 \u2028', nothing: null, yes: true, list: [1, [2]], nested: { deep: { empty: {} } } },
  { small: 0.1, large: 1e300, negative: -1.5, integer: 9_007_199_254_740_991 },
  {},
  [],
  'text',
  7,
  false,
]

export const rowCases: readonly TargetCase[] = [
  targetFact('rows › come back as they were saved, under whatever key', async ({ live, target }) => {
    const rows = ODD_KEYS.map((key, place) => [key, ODD_ROWS[place % ODD_ROWS.length]] as const)
    const saved = new Map(rows.map(([key, row]) => [key, { row, position: 1 }]))
    assert.equal(await live.save(saved, { from: 0, to: 1 }), true)
    const loaded = await live.load(ODD_KEYS)
    for (const [key, row] of rows) {
      assert.deepEqual(await live.get(key), row)
      assert.deepEqual(await target.get(key), row)
      assert.deepEqual(loaded.get(key), { row, position: 1 })
    }
  }),
  targetFact('rows › are undefined where there are none', async ({ live, target }) => {
    assert.equal(await target.get('a'), undefined)
    assert.equal(await live.get('a'), undefined)
    assert.equal((await live.load(['a', 'b'])).size, 0)
    assert.equal((await live.load([])).size, 0)
    assert.equal(await live.count(), 0)
    assert.deepEqual(await rowsOf(target), {})
  }),
  targetFact('rows › are loaded with the position that last changed them', async ({ live }) => {
    await live.save(changes({ a: [{ n: 1 }, 3], b: [{ n: 2 }, 5] }), { from: 0, to: 6 })
    await live.save(changes({ a: [{ n: 3 }, 9] }), { from: 6, to: 9 })
    const loaded = await live.load(['a', 'b', 'never'])
    assert.deepEqual([...loaded.keys()].sort(), ['a', 'b'])
    assert.deepEqual(loaded.get('a'), { row: { n: 3 }, position: 9 })
    assert.deepEqual(loaded.get('b'), { row: { n: 2 }, position: 5 })
  }),
  targetFact('rows › that are deleted are read by nobody, counted by nobody, and may come again', async (context) => {
    const { live, target } = context
    await live.save(changes({ a: [{ n: 1 }, 1], b: [{ n: 2 }, 1] }), { from: 0, to: 1 })
    await live.save(changes({ a: [undefined, 2], never: [undefined, 2] }), { from: 1, to: 2 })
    assert.equal(await target.get('a'), undefined)
    assert.equal((await live.load(['a'])).get('a')?.row, undefined)
    assert.deepEqual(await rowsOf(target), { b: { n: 2 } })
    assert.equal(await live.count(), 1)
    await live.save(changes({ a: [{ n: 3 }, 3] }), { from: 2, to: 3 })
    assert.deepEqual(await rowsOf(target), { a: { n: 3 }, b: { n: 2 } })
  }),
  targetFact('rows › are listed in the order of their keys’ bytes, from a key on, up to a number', async ({ live }) => {
    const keys = ['b', 'a', 'Z', 'é', '💶', 'ﬀ']
    await live.save(new Map(keys.map((key) => [key, { row: { key }, position: 1 }])), { from: 0, to: 1 })
    const list = async (options: { after?: string; limit?: number }) => {
      const listed: string[] = []
      for await (const [key] of live.entries(options)) listed.push(key)
      return listed
    }
    assert.deepEqual(await list({}), ['Z', 'a', 'b', 'é', 'ﬀ', '💶'])
    assert.deepEqual(await list({ after: 'a', limit: 3 }), ['b', 'é', 'ﬀ'])
    assert.deepEqual(await list({ after: 'é' }), ['ﬀ', '💶'])
    assert.deepEqual(await list({ after: '💶' }), [])
  }),
  targetFact(
    'rows › are all listed where they are more than a page, with their positions',
    async ({ live, target }) => {
      const saved = Array.from({ length: 2_500 }, (_, n) => [`k${n}`, { row: { n }, position: n + 1 }] as const)
      await live.save(new Map(saved), { from: 0, to: 2_500 })
      const listed = new Map<string, number>()
      for await (const [key, row, position] of target.entries()) {
        assert.deepEqual(row, { n: position - 1 })
        listed.set(key, position)
      }
      assert.equal(listed.size, 2_500)
      assert.equal(await live.count(), 2_500)
    },
  ),
  targetFact('rows › stop being listed when told', async ({ live }) => {
    await live.save(changes({ a: [1, 1], b: [2, 1] }), { from: 0, to: 1 })
    const reason = new Error('enough')
    const listing = async () => {
      for await (const _ of live.entries({ signal: AbortSignal.abort(reason) })) assert.fail('a row was listed')
    }
    await assert.rejects(listing, reason)
  }),
  targetFact('rows › of logs and of read models do not meet', async ({ live, place, target }) => {
    await live.save(changes({ a: [{ of: 'one' }, 1] }), { from: 0, to: 1 })
    const others = [await place('another-log'), await place(undefined, 'conformance-2')]
    for (const other of others) {
      const otherLive = await other.live('f')
      assert.equal(await other.get('a'), undefined)
      assert.equal(await otherLive.checkpoint(), 0)
    }
    assert.deepEqual(await target.get('a'), { of: 'one' })
  }),
  targetFact('rows › of an earlier position do not replace later ones', fencing, 'fenced'),
]

async function fencing({ live }: Parameters<Parameters<typeof targetFact>[1]>[0]): Promise<void> {
  await live.save(changes({ a: [{ n: 5 }, 5], gone: [{ n: 1 }, 1] }), { from: 0, to: 5 })
  await live.save(changes({ gone: [undefined, 6] }), { from: 5, to: 6 })
  await live.save(changes({ a: [{ n: 3 }, 3], gone: [{ n: 2 }, 2] }), { from: 6, to: 7 })
  assert.deepEqual(await live.get('a'), { n: 5 })
  assert.equal(await live.get('gone'), undefined)
  assert.deepEqual((await live.load(['gone'])).get('gone'), { row: undefined, position: 6 })
}
