/** The month's figures, summed up over the rows of the read models. Money is in pence. */
import type { RevenueRow, StockRow } from './read-models.ts'

type Rows<Row> = AsyncIterable<readonly [key: string, row: Row]>

export interface Figures {
  readonly lines: number
  readonly invoices: number
  readonly customers: number
  readonly codes: number
  readonly pieces: number
  readonly revenue: number
  readonly negativeLines: number
  readonly returnLines: number
  /** From the most moved down. */
  readonly mostMoved: readonly (readonly [code: string, pieces: number])[]
  readonly byCustomer: ReadonlyMap<string, number>
  readonly byCountry: ReadonlyMap<string, number>
  readonly byDay: ReadonlyMap<string, number>
}

const MOST_MOVED = 3

export async function sumUp(stock: Rows<StockRow>, revenue: Rows<RevenueRow>): Promise<Figures> {
  return { ...(await sumUpStock(stock)), ...(await sumUpRevenue(revenue)) }
}

async function sumUpStock(rows: Rows<StockRow>) {
  const sums = { lines: 0, codes: 0, pieces: 0, negativeLines: 0, returnLines: 0 }
  const moved: (readonly [string, number])[] = []
  for await (const [code, row] of rows) {
    const pieces = row.sold - row.returned - row.writtenOff
    moved.push([code, pieces])
    sums.codes++
    sums.lines += row.lines
    sums.pieces += pieces
    sums.returnLines += row.returnLines
    sums.negativeLines += row.returnLines + row.writeOffLines
  }
  return { ...sums, mostMoved: moved.sort((a, b) => b[1] - a[1]).slice(0, MOST_MOVED) }
}

async function sumUpRevenue(rows: Rows<RevenueRow>) {
  const sums = { invoices: 0, revenue: 0 }
  const [byCustomer, byCountry, byDay] = [0, 0, 0].map(() => new Map<string, number>()) as [Sums, Sums, Sums]
  for await (const [, row] of rows) {
    sums.invoices += row.invoices
    sums.revenue += row.revenue
    if (row.customer !== '') add(byCustomer, row.customer, row.revenue)
    add(byCountry, row.country, row.revenue)
    add(byDay, row.day, row.revenue)
  }
  return { ...sums, customers: byCustomer.size, byCustomer, byCountry, byDay }
}

type Sums = Map<string, number>

function add(sums: Sums, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}
