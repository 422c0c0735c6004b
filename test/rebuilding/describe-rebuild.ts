/** What a rebuild promises, wherever rows are kept: called by one test file for each target. */
import { type Daybook, type OpenOptions, type RebuildProgress, type RowComparison, readModel } from 'daybook'
import { Random } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { SEED } from '../faults/seed.ts'
import { byProduct, byWarehouse, expectedRows, readModels, rowsOf, stockHistory } from './stock.ts'

export function describeRebuild(openDaybook: (options: OpenOptions) => Promise<Daybook>): void {
  describe(`rebuild (DAYBOOK_SEED=${SEED})`, () => {
    const random = () => new Random(SEED)
    const fill = (daybook: Daybook, events: number) =>
      daybook.import(stockHistory({ random: random(), events, products: 200, warehouses: 40 }))

    test.each(readModels)('$name › is the fold of the log, whatever its keys are', async (model) => {
      await using daybook = await openDaybook({ log: `fold ${model.name}` })
      await fill(daybook, 5_000)
      for (const workers of [1, 3]) {
        const rebuilt = await daybook.rebuild(model, { workers })
        expect(rebuilt).toMatchObject({ status: 'swapped', position: 5_000, resumed: false })
        expect(await rowsOf(daybook, model)).toEqual(expectedRows(model.name, await daybook.read().toArray()))
      }
    })

    test('compares with what is live, swaps, and is taken back', async () => {
      await using daybook = await openDaybook({ log: 'swap' })
      await fill(daybook, 1_000)
      await daybook.project(byProduct, { follow: false })
      const before = await rowsOf(daybook, byProduct)
      const { comparison, generation } = await daybook.rebuild(byProduct)
      expect(comparison).toMatchObject({
        isEqual: true,
        position: 1_000,
        equal: Object.keys(before).length,
        sample: [],
      })
      expect(generation).toBe(2)
      await daybook.rollBack(byProduct)
      expect(await rowsOf(daybook, byProduct)).toEqual(before)
    })

    test('verifyOnly › leaves what is live, and the next rebuild goes on from what was built', async () => {
      await using daybook = await openDaybook({ log: 'verified' })
      await fill(daybook, 1_000)
      await daybook.project(byProduct, { follow: false })
      const verified = await daybook.rebuild(byProduct, { verifyOnly: true })
      expect(verified).toMatchObject({ status: 'verified', generation: 2, comparison: { isEqual: true } })
      await daybook.import(stockHistory({ random: random(), events: 100, products: 5, warehouses: 2 }))
      const swapped = await daybook.rebuild(byProduct)
      expect(swapped).toMatchObject({ status: 'swapped', generation: 2, resumed: true, position: 1_100 })
      expect(await rowsOf(daybook, byProduct)).toEqual(expectedRows('by-product', await daybook.read().toArray()))
    })

    test('another definition › shows what differs, and is swapped in where that is accepted', async () => {
      await using daybook = await openDaybook({ log: 'accepted' })
      await fill(daybook, 1_000)
      await daybook.project(byProduct, { follow: false })
      const before = await rowsOf(daybook, byProduct)
      const doubled = readModel('by-product', {
        events: byProduct.events,
        key: ({ stream }) => stream.id,
        initial: { pieces: 0, moves: 0, last: '' },
        version: 2,
      }).evolve({
        Received: (row, { pieces }) => ({ ...row, pieces: row.pieces + 2 * pieces }),
        Shipped: (row, { pieces }) => ({ ...row, pieces: row.pieces - 2 * pieces }),
      })
      await expect(daybook.project(doubled)).rejects.toMatchObject({ code: 'rebuild-needed' })
      await expect(daybook.rebuild(doubled, { from: 500 })).rejects.toMatchObject({ code: 'rebuild-needed' })
      const seen: unknown[] = []
      const accept = (comparison: RowComparison) => {
        seen.push(comparison)
        return false
      }
      const refused = await daybook.rebuild(doubled, { accept, sampleSize: 3 })
      expect(refused.status).toBe('refused')
      expect(refused.comparison).toEqual(seen[0])
      const { isEqual, equal = 0, different = 0, onlyBuilt = 0, undecided, sample = [] } = refused.comparison ?? {}
      expect([isEqual, undecided, sample.length]).toEqual([false, 0, 3])
      expect(equal + different).toBe(Object.keys(before).length)
      const moved = (await daybook.read({ types: ['Received', 'Shipped'] }).toArray()).map(({ stream }) => stream.id)
      expect(equal + different + onlyBuilt).toBe(new Set(moved).size)
      for (const { key, live } of sample) expect(live?.row).toEqual(before[key])
      expect(await rowsOf(daybook, byProduct)).toEqual(before)
      expect(await daybook.rebuild(doubled)).toMatchObject({ status: 'swapped', resumed: true })
      await expect(daybook.project(byProduct)).rejects.toMatchObject({ code: 'rebuild-needed' })
    })

    test('stopped again and again, it goes on where it was', async () => {
      await using daybook = await openDaybook({ log: 'stopped' })
      await fill(daybook, 4_000)
      let stops = 0
      let isResumed = false
      for (;;) {
        const stop = new AbortController()
        const onProgress = ({ done }: RebuildProgress) => {
          if (done > 700 * stops) stop.abort(new Error('enough'))
        }
        const result = await daybook.rebuild(byWarehouse, { onProgress, signal: stop.signal }).catch((error) => error)
        if (!(result instanceof Error)) {
          expect(result).toMatchObject({ status: 'swapped', resumed: true })
          break
        }
        expect(result.message).toBe('enough')
        isResumed = ++stops > 1
      }
      expect(isResumed).toBe(true)
      expect(await rowsOf(daybook, byWarehouse)).toEqual(expectedRows('by-warehouse', await daybook.read().toArray()))
    })

    test('a second one meanwhile is refused', async () => {
      await using daybook = await openDaybook({ log: 'second' })
      await fill(daybook, 100)
      // Something has to be live, or there is nothing to accept.
      await daybook.project(byProduct, { follow: false })
      const refused: unknown[] = []
      await daybook.rebuild(byProduct, {
        accept: async () => {
          refused.push(await daybook.rebuild(byProduct).catch((error) => error.code))
          return true
        },
      })
      expect(refused).toEqual(['rebuild-under-way'])
    })

    test('a key that turns out not to be its stream is folded right all the same', async () => {
      await using daybook = await openDaybook({ log: 'late-key' })
      await fill(daybook, 2_000)
      // Streams alone for a long while, and then keys of which several streams have events.
      const late = readModel('late-key', {
        events: byProduct.events,
        key: ({ stream, position, data }) => (position < 1_500 ? stream.id : data.warehouse),
        initial: { pieces: 0 },
      }).evolve({
        Received: (row, { pieces }) => ({ pieces: row.pieces + pieces }),
        Shipped: (row, { pieces }) => ({ pieces: row.pieces + 1_000 * pieces }),
      })
      await daybook.rebuild(late, { workers: 3 })
      const expected: Record<string, { pieces: number }> = {}
      for (const { type, data, stream, position } of await daybook.read({ types: ['Received', 'Shipped'] }).toArray()) {
        const { warehouse, pieces } = data as { warehouse: string; pieces: number }
        const key = position < 1_500 ? stream.id : warehouse
        const more = type === 'Received' ? pieces : 1_000 * pieces
        expected[key] = { pieces: (expected[key]?.pieces ?? 0) + more }
      }
      expect(await rowsOf(daybook, late)).toEqual(expected)
    })

    test('tells how far it is, at what rate, and how long it will take', async () => {
      await using daybook = await openDaybook({ log: 'progress' })
      await fill(daybook, 2_000)
      const told: RebuildProgress[] = []
      await daybook.rebuild(byWarehouse, { onProgress: (progress) => told.push(progress) })
      expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['folding', 'catching up']))
      for (const { done, total, perSecond, secondsLeft } of told) {
        expect(done).toBeLessThanOrEqual(total)
        expect([perSecond >= 0, secondsLeft >= 0]).toEqual([true, true])
      }
      expect(told.filter(({ phase }) => phase === 'folding').at(-1)).toMatchObject({ done: 2_000, total: 2_000 })
    })

    test('from a position › is the fold of the log too', async () => {
      await using daybook = await openDaybook({ log: 'from' })
      await fill(daybook, 3_000)
      await daybook.project(byWarehouse, { follow: false })
      for (const from of [2_990, 1_500, 3_000]) {
        const rebuilt = await daybook.rebuild(byWarehouse, { from, workers: 3 })
        expect(rebuilt.comparison).toMatchObject({ isEqual: true })
        expect(await rowsOf(daybook, byWarehouse)).toEqual(expectedRows('by-warehouse', await daybook.read().toArray()))
      }
    })
  })
}
