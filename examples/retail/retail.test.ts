import { open } from 'daybook'
import { describe, expect, onTestFinished, test } from 'vitest'
import { writeFixture } from '../shared/fixtures.ts'
import { bookAll } from './bookkeeper.ts'
import { readInvoices } from './invoice-file.ts'
import { monthOfShop } from './month.ts'
import { readOptions } from './options.ts'
import { findPlaces } from './places.ts'
import { run } from './run.ts'
import { openShop } from './shop.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
const FILE = `${HEADER}
1,A,"RED LANTERN, LARGE",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
1,B,TEACUP,2,2010-12-01 08:26:00,1.1,17850.0,United Kingdom
2,A,RED LANTERN,1,2010-12-01 08:28:00,2.95,,France
C3,A,RED LANTERN,-2,2010-12-02 09:00:00,2.55,17850.0,United Kingdom
4,B,,-3,2010-12-02 09:00:00,0.0,,United Kingdom
`
/** Nobody listens there. */
const NOWHERE = { elasticsearch: 'http://127.0.0.1:1', redis: 'redis://127.0.0.1:1' }

async function openBooked(file: string) {
  const daybook = await open('memory:')
  onTestFinished(() => daybook.close())
  const shop = await openShop(daybook, await findPlaces(daybook, NOWHERE, () => {}))
  const booked = await bookAll(daybook, readInvoices(file))
  await shop.reached(await daybook.head())
  return { daybook, shop, booked }
}

describe('a shop', () => {
  test('keeps catalogue, stock and revenue of what it sold, took back and wrote off', async () => {
    const { shop, booked } = await openBooked(writeFixture('invoices.csv', FILE))
    expect(booked).toEqual({ invoices: 4, repeated: 0 })
    expect(await shop.figures()).toEqual({
      lines: 5,
      invoices: 4,
      customers: 1,
      codes: 2,
      pieces: 4,
      revenue: 6 * 255 + 2 * 110 + 295 - 2 * 255,
      negativeLines: 2,
      returnLines: 1,
      mostMoved: [
        ['A', 5],
        ['B', -1],
      ],
      byCustomer: new Map([['17850', 4 * 255 + 220]]),
      byCountry: new Map([
        ['France', 295],
        ['United Kingdom', 4 * 255 + 220],
      ]),
      byDay: new Map([
        ['2010-12-01', 6 * 255 + 220 + 295],
        ['2010-12-02', -2 * 255],
      ]),
    })
    expect(await shop.search('red lantern')).toEqual([{ code: 'A', description: 'RED LANTERN', price: 255 }])
  })

  test('books no invoice twice', async () => {
    const file = writeFixture('invoices.csv', FILE)
    const { daybook, shop } = await openBooked(file)
    const before = await shop.figures()
    expect(await bookAll(daybook, readInvoices(file))).toEqual({ invoices: 0, repeated: 4 })
    expect(await shop.figures()).toEqual(before)
  })

  test('says what is wrong with a file, and on which line', async () => {
    const file = writeFixture('wrong.csv', FILE.replace('2.95', '2.955'))
    await expect(openBooked(file)).rejects.toThrow(`${file}:4: UnitPrice is "2.955"; expected an amount such as 2.55`)
  })

  test('has an invented month where there is no data, the same for the same seed', async () => {
    const [one, again, other] = [monthOfShop(7), monthOfShop(7), monthOfShop(8)].map((month) =>
      JSON.stringify([...month]),
    )
    expect(again).toBe(one)
    expect(other).not.toBe(one)
    const printed: string[] = []
    const options = { ...readOptions(['--store', 'memory:']), ...NOWHERE, file: undefined }
    await run(options, { print: (line) => printed.push(line), signal: new AbortController().signal })
    expect(printed.join('\n')).toMatch(/No Redis: stock is in memory.*1,200 invoices booked.*LANTERN/s)
  })
})
