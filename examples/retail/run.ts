/** The whole run: open the store, find the servers, book what is not booked yet, report. */
import { type Daybook, open } from 'daybook'
import { formatCount, formatMoney } from '../shared/money.ts'
import { showProgress } from '../shared/progress.ts'
import { toTable } from '../shared/table.ts'
import { timed } from '../shared/timed.ts'
import { bookAll } from './bookkeeper.ts'
import type { Figures } from './figures.ts'
import type { Invoice } from './invoice.ts'
import { readInvoices } from './invoice-file.ts'
import { monthOfShop } from './month.ts'
import type { Options } from './options.ts'
import { findPlaces, type Places } from './places.ts'
import { openShop, type Product, type Shop } from './shop.ts'

export interface Surroundings {
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

/** Files are booked in the log `main`, each invented month in one of its own. */
export async function run(options: Options, { print, signal }: Surroundings): Promise<void> {
  const { file, seed, store } = options
  print(file === undefined ? `No data: an invented month, from seed ${seed}.` : `The invoices of ${file}.`)
  const daybook = await open(store, { log: file === undefined ? `month-${seed}` : 'main' })
  let places: Places | undefined
  try {
    places = await findPlaces(daybook, options, print)
    await runOn(daybook, places, options, { print, signal })
  } finally {
    // The projections end with the daybook; only then is what they write to no longer needed.
    await daybook.close()
    await places?.[Symbol.asyncDispose]()
  }
}

async function runOn(daybook: Daybook, places: Places, options: Options, surroundings: Surroundings): Promise<void> {
  const { file, seed, search } = options
  const { print } = surroundings
  await book(daybook, file === undefined ? monthOfShop(seed) : readInvoices(file), surroundings)
  // A month at once is folded in large batches; from then on, each event as it comes.
  const shop = await openShop(daybook, places)
  const reached = await timed(async () => shop.reached(await daybook.head()))
  const { value: figures, took } = await timed(() => shop.figures())
  print(`The read models are up to date (${reached.took}), and summed up (${took}).\n`)
  report(figures, print)
  await find(shop, search, print)
}

async function book(
  daybook: Daybook,
  invoices: AsyncIterable<Invoice> | Iterable<Invoice>,
  { print, signal }: Surroundings,
): Promise<void> {
  const progress = showProgress(INVOICES_OF_A_MONTH, 'invoices')
  try {
    const onBooked = (count: number) => {
      for (let n = 0; n < count; n++) progress.advance()
    }
    const { value, took } = await timed(() => bookAll(daybook, invoices, { signal, onBooked }))
    progress.stop()
    const repeated = value.repeated === 0 ? '' : `, ${formatCount(value.repeated)} were booked by an earlier run`
    print(`${formatCount(value.invoices)} invoices booked${repeated} (${took}).`)
  } finally {
    progress.stop()
  }
}

/** Roughly, for the bar. */
const INVOICES_OF_A_MONTH = 2_000

function report(figures: Figures, print: (line: string) => void): void {
  const rows = [
    ['lines', formatCount(figures.lines)],
    ['invoices', formatCount(figures.invoices)],
    ['customers', formatCount(figures.customers)],
    ['stock codes', formatCount(figures.codes)],
    ['pieces', formatCount(figures.pieces)],
    ['revenue', formatMoney(figures.revenue)],
    ['lines with a negative quantity', formatCount(figures.negativeLines)],
    ['lines on cancelling invoices', formatCount(figures.returnLines)],
  ]
  print(toTable(rows, ['left', 'right']))
  const moved = figures.mostMoved.map(([code, pieces]) => [code, formatCount(pieces)])
  print(`\nMost moved, in pieces\n${toTable(moved, ['left', 'right'])}`)
  print(`\nBest customers\n${toTable(best(figures.byCustomer), ['left', 'right'])}`)
  print(`\nBest countries\n${toTable(best(figures.byCountry), ['left', 'right'])}`)
  print(`\nBest days\n${toTable(best(figures.byDay), ['left', 'right'])}`)
}

function best(sums: ReadonlyMap<string, number>): string[][] {
  const sorted = [...sums].sort((a, b) => b[1] - a[1])
  return sorted.slice(0, 3).map(([key, amount]) => [key, formatMoney(amount)])
}

async function find(shop: Shop, words: string, print: (line: string) => void): Promise<void> {
  const { value: products, took } = await timed(() => shop.search(words))
  print(`\nThe catalogue on "${words}" (${took})`)
  const toRow = ({ code, description, price }: Product) => [code, description, formatMoney(price)]
  print(products.length === 0 ? '  nothing' : toTable(products.map(toRow), ['left', 'left', 'right']))
}
