/** The shop with all of its servers: events and revenue in PostgreSQL, stock in Redis, the catalogue in Elasticsearch. */
import { isSqlStore, open } from 'daybook'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { bookAll } from '../../examples/retail/bookkeeper.ts'
import { PriceChanged, productStream } from '../../examples/retail/goods.ts'
import { readInvoices } from '../../examples/retail/invoice-file.ts'
import { monthOfShop } from '../../examples/retail/month.ts'
import { findPlaces, type Places } from '../../examples/retail/places.ts'
import { KNOWN_FIGURES, realMonth } from '../../examples/retail/real-month.ts'
import { openShop, type Product, type Shop } from '../../examples/retail/shop.ts'
import { useTestDatabase } from '../support/postgres.ts'
import { useRedis } from '../support/redis.ts'
import { useAnySearch } from '../support/search.ts'

const isWithAll = [inject('postgres'), inject('redis'), inject('search')].every((server) => server !== null)

describe.skipIf(!isWithAll)('with all servers', () => {
  const [database, redis, search] = [useTestDatabase(), useRedis(), useAnySearch()]
  let daybook: Awaited<ReturnType<typeof open>>
  let places: Places
  let shop: Shop

  beforeAll(async () => {
    daybook = await open(database.url)
    const urls = { elasticsearch: search.url, redis: redis.url, prefix: search.prefix }
    places = await findPlaces(daybook, urls, () => {})
    shop = await openShop(daybook, places)
  })
  afterAll(async () => {
    await daybook.close()
    await places[Symbol.asyncDispose]()
  })

  test('a month comes to its figures, each read model in its own place', { timeout: 240_000 }, async () => {
    expect([places.elasticsearch, places.redis, places.postgres]).not.toContain(undefined)
    await bookAll(daybook, realMonth === undefined ? monthOfShop(1) : readInvoices(realMonth))
    await shop.reached(await daybook.head())
    const figures = await shop.figures()
    if (realMonth !== undefined) expect(figures).toMatchObject(KNOWN_FIGURES)
    expect(await sumInSql()).toBe(figures.revenue)
  })

  test('a search finds a product with its new price within a second of the append', async () => {
    const [before] = await shop.search('lantern')
    if (before === undefined) throw new Error('The month has no lantern.')
    const price = before.price + 7
    const start = performance.now()
    await daybook.append(productStream(before.code), PriceChanged({ price }))
    for (;;) {
      const found = (await shop.search(before.description)).find(({ code }: Product) => code === before.code)
      const waitedMs = performance.now() - start
      if (found?.price === price) break
      if (waitedMs > 1_000) throw new Error(`After ${Math.round(waitedMs)} ms the price is ${found?.price}.`)
    }
  })

  async function sumInSql(): Promise<number> {
    if (!isSqlStore(daybook.store)) throw new Error('The store is not one of SQL.')
    const { rows } = await daybook.store.database.transaction((client) =>
      client.query('select sum(revenue)::text as revenue from daybook_read_models."retail-revenue"'),
    )
    return Number(rows[0]?.revenue)
  }
})
