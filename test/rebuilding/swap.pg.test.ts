/** A swap on PostgreSQL: seen by readers also in SQL, and of rows that cannot all be folded. */
import { type Daybook, isSqlStore, open, readModel } from 'daybook'
import { Random } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { SEED } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeSwap } from './describe-swap.ts'
import { byProduct, byWarehouse, expectedRows, rowsOf, stockHistory } from './stock.ts'

describeOnPostgres(`on PostgreSQL (DAYBOOK_SEED=${SEED})`, () => {
  const database = useTestDatabase()

  describeSwap({ openDaybook: (options) => open(database.url, options), readOtherwise, events: 4_000 })

  describe('of rows that cannot all be folded', () => {
    const define = (isMended: boolean) =>
      readModel('by-product', {
        events: byProduct.events,
        key: ({ stream }) => stream.id,
        initial: { pieces: 0, moves: 0, last: '' },
        version: 1,
      }).evolve({
        Received: (row, _, recorded) => {
          if (recorded.stream.id === '7' && row.moves >= 3 && !isMended) throw new Error('Seven is not to be counted.')
          return byProduct.apply(row, recorded as never) as typeof row
        },
        Shipped: (row, _, recorded) => byProduct.apply(row, recorded as never) as typeof row,
      })

    test('holds up the keys that fail and no other, and they are folded once that is mended', async () => {
      await using daybook = await open(database.url, { log: 'poisoned' })
      await daybook.import(stockHistory({ random: new Random(1), events: 5_000, products: 50, warehouses: 5 }))
      const { status, quarantined } = await daybook.rebuild(define(false), { workers: 2 })
      expect([status, quarantined]).toEqual(['swapped', 1])
      const expected = expectedRows('by-product', await daybook.read().toArray())
      const { '7': seven, ...others } = await rowsOf(daybook, define(false))
      expect(seven).not.toEqual(expected['7'])
      const { '7': _, ...othersExpected } = expected
      expect(others).toEqual(othersExpected)
      const mended = define(true)
      await using projection = await daybook.project(mended)
      await projection.quarantine.retry('7')
      expect(await rowsOf(daybook, mended)).toEqual(expected)
    })

    test('too many of them fail the rebuild, and leave what is live', async () => {
      await using daybook = await open(database.url, { log: 'broken' })
      await daybook.import(stockHistory({ random: new Random(1), events: 500, products: 50, warehouses: 5 }))
      const before = await rowsOf(daybook, byWarehouse)
      const apply = () => {
        throw new Error('No.')
      }
      const broken = { ...byWarehouse, fingerprint: 'broken', apply }
      await expect(daybook.rebuild(broken, { maxQuarantinedKeys: 2 })).rejects.toMatchObject({
        code: 'projection-failed',
      })
      expect(await rowsOf(daybook, byWarehouse)).toEqual(before)
    })
  })
})

/** By the view, in plain SQL. */
function readOtherwise({ store, name }: Daybook) {
  if (!isSqlStore(store)) throw new Error('not on SQL')
  return async () => {
    const { rows } = await store.database.query(
      `select key, (document->>'n')::integer as n from daybook_read_models.counts where log = $1`,
      [name],
    )
    return new Map(rows.map(({ key, n }) => [String(key), Number(n)]))
  }
}
