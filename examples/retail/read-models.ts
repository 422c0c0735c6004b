/** Three questions, answered in advance. Where each is kept is chosen elsewhere (places.ts). */
import { readModel } from 'daybook'
import { GoodsReturned, GoodsSold, GoodsWrittenOff, InvoiceIssued, PriceChanged, ProductDescribed } from './goods.ts'

/** What is on offer, and for how much today. */
export const catalogue = readModel('retail-catalogue', {
  events: [ProductDescribed, PriceChanged],
  key: (event) => event.stream.id,
  initial: { description: '', price: 0 },
}).evolve({
  ProductDescribed: (row, { description }) => ({ ...row, description }),
  PriceChanged: (row, { price }) => ({ ...row, price }),
})

const nothingMoved = {
  sold: 0,
  returned: 0,
  writtenOff: 0,
  /** Lines of invoices that moved it. */
  lines: 0,
  returnLines: 0,
  writeOffLines: 0,
}

export type StockRow = Readonly<typeof nothingMoved>

/** What moved, of each product. What is in stock is what was there at first, and less by `sold - returned + writtenOff`. */
export const stock = readModel('retail-stock', {
  events: [GoodsSold, GoodsReturned, GoodsWrittenOff],
  key: (event) => event.stream.id,
  initial: nothingMoved as StockRow,
}).evolve({
  GoodsSold: (row, { pieces }) => ({ ...row, lines: row.lines + 1, sold: row.sold + pieces }),
  GoodsReturned: (row, { pieces }) => ({
    ...row,
    lines: row.lines + 1,
    returnLines: row.returnLines + 1,
    returned: row.returned + pieces,
  }),
  GoodsWrittenOff: (row, { pieces }) => ({
    ...row,
    lines: row.lines + 1,
    writeOffLines: row.writeOffLines + 1,
    writtenOff: row.writtenOff + pieces,
  }),
})

const nothingEarned = {
  customer: '',
  country: '',
  day: '',
  invoices: 0,
  /** In pence. */
  revenue: 0,
}

export type RevenueRow = Readonly<typeof nothingEarned>

interface Buyer {
  readonly day: string
  readonly country: string
  readonly customer?: string | undefined
}

/** What each customer of each country spent on each day. */
export const revenue = readModel('retail-revenue', {
  events: [InvoiceIssued, GoodsSold, GoodsReturned, GoodsWrittenOff],
  key: ({ data }) => toKey(data),
  initial: nothingEarned as RevenueRow,
}).evolve({
  InvoiceIssued: (row, buyer) => ({ ...named(row, buyer), invoices: row.invoices + 1 }),
  GoodsSold: (row, line) => ({ ...named(row, line), revenue: row.revenue + line.pieces * line.price }),
  GoodsReturned: (row, line) => ({ ...named(row, line), revenue: row.revenue - line.pieces * line.price }),
  GoodsWrittenOff: (row, line) => ({ ...named(row, line), revenue: row.revenue - line.pieces * line.price }),
})

/** Nobody's name is empty, so that those without one are a customer of their own. */
function toKey({ day, country, customer = '' }: Buyer): string {
  return `${day}|${country}|${customer}`
}

function named(row: RevenueRow, { day, country, customer = '' }: Buyer): RevenueRow {
  return { ...row, day, country, customer }
}
