/** The moment of the swap, seen by readers, while others write and the projection goes on. */
import { type Daybook, event, open, readModel } from 'daybook'
import { Random } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { SEED } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { byProduct, byWarehouse, expectedRows, rowsOf, stockHistory } from './stock.ts'

describeOnPostgres(`a swap (DAYBOOK_SEED=${SEED})`, () => {
  const database = useTestDatabase()

  test('is seen by no reader as anything but rows that only grow, and the projection goes on in what is new', async () => {
    await using daybook = await open(database.url, { log: 'growing' })
    const Counted = event('Counted', z.object({}))
    const counts = readModel('counts', {
      events: [Counted],
      key: ({ stream }) => stream.id,
      initial: { n: 0 },
      version: 1,
    }).evolve({ Counted: ({ n }) => ({ n: n + 1 }) })
    const keys = Array.from({ length: 8 }, (_, n) => `k${n}`)
    await daybook.import(
      Array.from({ length: 4_000 }, (_, n) => ({ stream: `thing-${keys[n % keys.length]}`, ...Counted({}) })),
    )
    await using projection = await daybook.project(counts)
    await projection.reached(4_000)
    const stop = new AbortController()
    const work = [
      ...[0, 1].map((n) => writeUntil(stop.signal, () => daybook.append(`thing-${keys[n]}`, Counted({})))),
      ...keys.slice(0, 4).map((key) => readUntil(stop.signal, () => projection.get(key))),
      listUntil(stop.signal, keys.length, () => projection.entries()),
    ]
    const phases: unknown[] = []
    const accept = async () => {
      const [report] = await daybook.projections()
      phases.push(report?.rebuild?.phase)
      return true
    }
    for (let swap = 0; swap < 3; swap++) {
      const { status, comparison } = await daybook.rebuild(counts, { accept })
      expect(status).toBe('swapped')
      expect(comparison).toMatchObject({ different: 0, onlyLive: 0, onlyBuilt: 0 })
      await projection.reached(await daybook.head())
    }
    stop.abort()
    await Promise.all(work)
    await projection.reached(await daybook.head())
    const total = await sum(daybook, counts)
    expect(total).toBe(await daybook.head())
    expect(phases.every((phase) => typeof phase === 'string')).toBe(true)
    expect((await daybook.projections())[0]?.rebuild).toBeUndefined()
  })

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

async function sum(daybook: Daybook, model: Parameters<typeof rowsOf>[1]): Promise<number> {
  const rows = Object.values(await rowsOf(daybook, model)) as { n: number }[]
  return rows.reduce((total, { n }) => total + n, 0)
}

async function writeUntil(signal: AbortSignal, append: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) await append()
}

/** A count that is absent, or smaller than one that was seen before, is a reader that saw neither, or went back in time. */
async function readUntil(signal: AbortSignal, read: () => Promise<{ n: number } | undefined>): Promise<void> {
  for (let seen = 0; !signal.aborted; ) {
    const row = await read()
    expect(row?.n).toBeGreaterThanOrEqual(seen)
    seen = row?.n ?? 0
  }
}

async function listUntil(signal: AbortSignal, keys: number, list: () => AsyncIterable<unknown>): Promise<void> {
  while (!signal.aborted) {
    let found = 0
    for await (const _ of list()) found++
    expect(found).toBe(keys)
  }
}
