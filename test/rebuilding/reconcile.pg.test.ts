/** Rows that drift from the log, since somebody else has written to the table, are found and put right. */
import { type Daybook, isSqlStore, open } from 'daybook'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { SEED } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { byProduct, expectedRows, rowsOf, stockHistory } from './stock.ts'

const PRODUCTS = 3_000

describeOnPostgres(`reconcile (DAYBOOK_SEED=${SEED})`, () => {
  const database = useTestDatabase()

  async function fill(log: string): Promise<Daybook> {
    const daybook = await open(database.url, { log })
    const random = new Random(SEED)
    await daybook.import(stockHistory({ random, events: 20_000, products: PRODUCTS, warehouses: 40 }))
    await daybook.project(byProduct, { follow: false })
    return daybook
  }

  test('finds nothing where nothing has drifted, in a sample as in all', async () => {
    await using daybook = await fill('right')
    const sampled = await daybook.reconcile(byProduct, { sample: 300 })
    expect(sampled).toMatchObject({ isEqual: true, drifted: 0, repaired: 0 })
    expect(sampled.rows).toBeGreaterThan(150)
    expect(sampled.rows).toBeLessThan(600)
    const all = await daybook.reconcile(byProduct, { sample: 'all' })
    const rows = Object.keys(expectedRows('by-product', await daybook.read().toArray())).length
    expect(all).toMatchObject({ isEqual: true, rows })
    expect(await daybook.reconcile(byProduct, { sample: 300, seed: sampled.seed })).toEqual(sampled)
  })

  test('finds rows that were changed, deleted and added, and puts them right', async () => {
    await using daybook = await fill('drifted')
    await damage(daybook)
    const [changed, gone, added] = [7, 5, 3]
    const found = await daybook.reconcile(byProduct, { sample: 'all', sampleSize: 100 })
    expect(found).toMatchObject({ isEqual: false, drifted: changed + gone + added, repaired: 0 })
    const [comparison] = found.comparisons
    expect(comparison).toMatchObject({ different: changed, onlyBuilt: gone, onlyLive: added, undecided: 0 })
    expect(comparison?.sample).toHaveLength(changed + gone + added)
    expect(comparison?.partitions.some(({ live, built }) => live.checksum !== built.checksum)).toBe(true)
    const repaired = await daybook.reconcile(byProduct, { sample: 'all', repair: true })
    expect(repaired).toMatchObject({ drifted: changed + gone + added, repaired: changed + gone + added })
    expect(await daybook.reconcile(byProduct, { sample: 'all' })).toMatchObject({ isEqual: true })
    expect(await rowsOf(daybook, byProduct)).toEqual(expectedRows('by-product', await daybook.read().toArray()))
  })

  test('puts rows right while others write to them', async () => {
    await using daybook = await fill('busy')
    await using projection = await daybook.project(byProduct)
    await damage(daybook)
    const stop = new AbortController()
    const random = new Random(SEED + 1)
    const write = async () => {
      while (!stop.signal.aborted) {
        const history = [...stockHistory({ random, events: 1, products: 40, warehouses: 3 })]
        for (const { stream, ...event } of history) await daybook.append(stream, event)
      }
    }
    const writing = [write(), write(), write()]
    try {
      await daybook.reconcile(byProduct, { sample: 'all', repair: true })
    } finally {
      stop.abort()
      await Promise.all(writing)
    }
    await projection.reached(await daybook.head())
    expect(await daybook.reconcile(byProduct, { sample: 'all' })).toMatchObject({ isEqual: true })
    expect(await rowsOf(daybook, byProduct)).toEqual(expectedRows('by-product', await daybook.read().toArray()))
  })

  test('names keys that cannot be folded, leaves their rows as they are, and looks at the rest', async () => {
    await using daybook = await fill('unfolded')
    // As an earlier definition has folded them, of the same version.
    const broken = 'p-last'
    await daybook.append(`product-${broken}`, { type: 'Received', data: { warehouse: 'w', pieces: 3 } })
    const strict: typeof byProduct = {
      ...byProduct,
      apply(row, event) {
        if (event.stream.id === broken) throw new Error('not this one')
        return byProduct.apply(row, event)
      },
    }
    await damage(daybook)
    await using projection = await daybook.project(byProduct)
    await projection.reached(await daybook.head())
    const before = await projection.get(broken)
    const { unfolded, ...found } = await daybook.reconcile(strict, { sample: 'all', repair: true })
    expect(unfolded).toMatchObject([{ key: broken, error: 'not this one' }])
    expect(found).toMatchObject({ isEqual: false, drifted: 15, repaired: 15 })
    expect(await projection.get(broken)).toEqual(before)
  })

  test('names a key whose event cannot be read before anybody has tried to apply it', async () => {
    await using daybook = await fill('unreadable')
    const { position } = await daybook.append('product-newer', { type: 'Received', data: {}, schemaVersion: 9 })
    const { unfolded, drifted } = await daybook.reconcile(byProduct, { sample: 'all' })
    expect(unfolded).toMatchObject([{ key: 'newer', position }])
    expect(drifted).toBe(0)
  })

  test('fails where more keys cannot be folded than one would look after', async () => {
    await using daybook = await fill('broken')
    const apply = () => {
      throw new Error('none of them')
    }
    await expect(daybook.reconcile({ ...byProduct, apply })).rejects.toMatchObject({ code: 'projection-failed' })
  })

  test('asks for a rebuild where the live rows are of another definition', async () => {
    await using daybook = await fill('other')
    const other = { ...byProduct, fingerprint: 'of another' }
    await expect(daybook.reconcile(other)).rejects.toMatchObject({ code: 'rebuild-needed' })
  })
})

/** What somebody with a console does: seven rows changed, five deleted, three added. */
async function damage({ name, store }: Daybook): Promise<void> {
  if (!isSqlStore(store)) throw new Error('It is on PostgreSQL.')
  const table = 'daybook_read_models."by-product~1"'
  await store.database.transaction(async (client) => {
    const { rows } = await client.query(`select key from ${table} where log = $1 order by key limit 12`, [name])
    const keys = rows.map(({ key }) => key)
    await client.query(
      `update ${table} set document = jsonb_set(document, '{pieces}', '-77') where log = $1 and key = any ($2)`,
      [name, keys.slice(0, 7)],
    )
    await client.query(`delete from ${table} where log = $1 and key = any ($2)`, [name, keys.slice(7)])
    await client.query(
      `insert into ${table} (log, key, document, position) select $1, 'stranger-' || n, '{}', n from generate_series(1, 3) as n`,
      [name],
    )
  })
}
