/** What was asked for on the command line. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly store: string
  readonly transactions: string | undefined
  readonly accounts: string | undefined
  readonly seed: number
  readonly customers: number
  /** Whose statement to print; the first account of the book when absent. */
  readonly account: string | undefined
  readonly help: boolean
}

export const HELP = `A bank on an event store.

  npm start                                            a year of a small bank's life, made from a seed
  npm start -- --transactions FILE [--accounts FILE]   a bank's own files, plain or gzipped

  --store URL          where the book is kept: file:DIR, postgres://…, memory:   (file:./.daybook/bank)
  --transactions FILE  trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account
  --accounts FILE      account_id;district_id;frequency;date
  --seed N             another seed, another year                                 (1)
  --customers N        how many customers the invented bank has, 2 to 9,000       (300)
  --account ID         whose statement to print                                   (the first one opened)
  --help               this

Start it again at any time, also after Ctrl-C or a crash: what is booked is never booked twice.`

/** A command line that cannot be followed. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
}

/** @throws UsageProblem */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args)
  if (values.accounts !== undefined && values.transactions === undefined) {
    throw new UsageProblem('--accounts needs --transactions beside it: an account is opened by its first transaction.')
  }
  return {
    store: values.store,
    transactions: values.transactions,
    accounts: values.accounts,
    seed: toInteger('--seed', values.seed, 0, 2 ** 32 - 1),
    customers: toInteger('--customers', values.customers, 2, 9_000),
    account: values.account,
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        store: { type: 'string', default: 'file:./.daybook/bank' },
        transactions: { type: 'string' },
        accounts: { type: 'string' },
        seed: { type: 'string', default: '1' },
        customers: { type: 'string', default: '300' },
        account: { type: 'string' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
    return values
  } catch (error) {
    // parseArgs throws for what it does not know, with a message for people.
    throw new UsageProblem((error as Error).message, { cause: error })
  }
}

function toInteger(name: string, text: string, lowest: number, highest: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= lowest && value <= highest) return value
  throw new UsageProblem(`${name} is ${JSON.stringify(text)}; expected a whole number from ${lowest} to ${highest}.`)
}
