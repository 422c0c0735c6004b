/** What is printed when all is booked. Every figure comes from the store; none is the importer's. */
import type { Daybook } from 'daybook'
import { formatCount, formatMoney } from '../shared/money.ts'
import { toTable } from '../shared/table.ts'
import { timed } from '../shared/timed.ts'
import { balances } from './balances.ts'
import { addDays, type Day, daysBetween } from './dates.ts'
import { type AccountBalance, type Figures, sumUp } from './figures.ts'
import { accountOn, dayOf, historyOf } from './history.ts'
import { type StatementLine, toStatement } from './statement.ts'

export interface ReportOptions {
  /** Whose statement; that of the first account in the book when undefined. */
  readonly account: string | undefined
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

const STATEMENT_LINES = 8

export async function report(bank: Daybook, options: ReportOptions): Promise<void> {
  if ((await bank.head()) === 0) return options.print('\nThe book is empty.')
  await reportTotals(bank, options)
  const account = options.account ?? (await findFirstAccount(bank))
  if (account !== undefined) await reportAccount(bank, account, options)
}

async function reportTotals(bank: Daybook, { signal, print }: ReportOptions): Promise<void> {
  const projection = await timed(() => bank.project(balances, { follow: false, signal }))
  const figures = await timed(() => sumUp(projection.value.entries({ signal })))
  const totals = toTotals(await bank.head(), figures.value)
  print(`\nThe book (read model up to date in ${projection.took}, summed up in ${figures.took})`)
  print(toTable(totals, ['left', 'right', 'left']))
  print('\nThe five largest balances')
  print(toTable(figures.value.largest.map(toBalance), ['left', 'left', 'right']))
}

async function reportAccount(bank: Daybook, account: string, { print }: ReportOptions): Promise<void> {
  const history = await timed(() => historyOf(bank, account))
  const [first, last] = [history.value.at(0), history.value.at(-1)]
  if (first === undefined || last === undefined) return print(`\nThere is no account ${account} in the book.`)
  const statement = toStatement(history.value)
  const lines = statement.slice(-STATEMENT_LINES)
  print(
    `\nAccount ${account}: the last ${lines.length} of ${statement.length} lines of its statement (${history.took})`,
  )
  print(toTable(lines.map(toLine), ['left', 'left', 'right', 'right']))
  print(`\nAccount ${account} on three past days, from its history`)
  const past: string[][] = []
  for (const day of pickPastDays(dayOf(first), dayOf(last))) past.push(await toPastBalance(bank, account, day))
  print(toTable(past, ['left', 'right', 'left']))
}

async function findFirstAccount(bank: Daybook): Promise<string | undefined> {
  const [first] = await bank.read({ limit: 1 }).toArray()
  return first?.stream.id
}

function toTotals(events: number, figures: Figures): string[][] {
  const { lowest, largest } = figures
  const [highest] = largest
  const rows = [
    ['events', formatCount(events)],
    ['accounts', formatCount(figures.accounts), `${formatCount(figures.openAccounts)} open`],
    ['movements', formatCount(figures.movements), `${formatCount(figures.belowZero)} left an account below zero`],
    ['credits', formatMoney(figures.credits)],
    ['debits', formatMoney(figures.debits)],
    ['sum of balances', formatMoney(figures.balances)],
    ['lowest balance', formatMoney(lowest?.balance ?? 0), `account ${lowest?.account}`],
    ['highest balance', formatMoney(highest?.balance ?? 0), `account ${highest?.account}`],
  ]
  if (figures.stated === 0) return rows
  const deviations = `${formatCount(figures.deviations)} not reached by their movement, give or take 0.10`
  return [...rows, ['stated balances', formatCount(figures.stated), deviations]]
}

function toBalance({ account, holder, balance }: AccountBalance): string[] {
  return [account, holder, formatMoney(balance)]
}

function toLine({ day, text, change, balance }: StatementLine): string[] {
  return [day, text, formatMoney(change), formatMoney(balance)]
}

/** A quarter, half and three quarters on the way from the account's first day to its last. */
function pickPastDays(first: Day, last: Day): Day[] {
  const days = daysBetween(first, last)
  return [1, 2, 3].map((quarter) => addDays(first, Math.floor((days * quarter) / 4)))
}

async function toPastBalance(bank: Daybook, account: string, day: Day): Promise<string[]> {
  const then = await timed(() => accountOn(bank, account, day))
  return [day, formatMoney(then.value.balance), `in ${then.took}`]
}
