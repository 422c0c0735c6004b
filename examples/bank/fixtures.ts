/** For the tests: a bank small enough to check by hand, and runs whose output can be read. */
import { type Daybook, type OpenOptions, open } from 'daybook'
import { onTestFinished } from 'vitest'
import { balances } from './balances.ts'
import { toDataSet } from './data-set.ts'
import { type Figures, sumUp } from './figures.ts'
import { readOptions } from './options.ts'
import { runOn } from './run.ts'

export { makeFolder, writeFixture } from '../shared/fixtures.ts'

export const TRANSACTIONS_HEADER =
  '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"'

/** Two accounts. On 2 January account 1 has three rows, listed in another order than they were booked. */
export const TRANSACTIONS = `${TRANSACTIONS_HEADER}
1;1;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;
2;2;930101;"PRIJEM";"VKLAD";1000.5;1000.50;"";;
5;1;930102;"PRIJEM";"";0.10;200.20;"UROK";;
3;1;930102;"VYDAJ";"VYBER";1000.00;-300.00;"";;
4;1;930102;"PRIJEM";"PREVOD Z UCTU";500.00;200.00;"DUCHOD";"YZ";62457513
6;2;930131;"VYBER";"VYBER";0.50;1000.00;"";;
`

export const ACCOUNTS = `"account_id";"district_id";"frequency";"date"
1;55;"POPLATEK MESICNE";930101
2;74;"POPLATEK TYDNE";921231
3;74;"POPLATEK MESICNE";950101
`

/** A store that is closed after the test. */
export async function openBank(url: string, options?: OpenOptions): Promise<Daybook> {
  const bank = await open(url, options)
  onTestFinished(() => bank.close())
  return bank
}

/** Runs the example on a store that is open already, and gives what it prints. */
export async function runBank(bank: Daybook, ...args: string[]): Promise<string> {
  const lines: string[] = []
  const options = readOptions(args)
  const print = (line: string) => lines.push(line)
  const { signal } = new AbortController()
  await runOn(bank, await toDataSet(options), { account: options.account, print, signal })
  return lines.join('\n')
}

/** What the store says, without the example's own report. */
export async function readFigures(bank: Daybook): Promise<Figures & { readonly events: number }> {
  const projection = await bank.project(balances, { follow: false })
  return { ...(await sumUp(projection.entries())), events: await bank.head() }
}
