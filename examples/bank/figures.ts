/** The bank's figures, summed up over the rows of the read model. Amounts are minor units. */
import type { BalanceRow } from './balances.ts'

export interface AccountBalance {
  readonly account: string
  readonly holder: string
  readonly balance: number
}

export interface Figures {
  readonly accounts: number
  readonly openAccounts: number
  readonly movements: number
  readonly belowZero: number
  /** Movements with a balance stated by the books that they were imported from, and those that do not lead to it. */
  readonly stated: number
  readonly deviations: number
  readonly credits: number
  readonly debits: number
  readonly balances: number
  readonly lowest: AccountBalance | undefined
  /** From the highest down. */
  readonly largest: readonly AccountBalance[]
}

const LARGEST = 5

const NOTHING: Figures = {
  accounts: 0,
  openAccounts: 0,
  movements: 0,
  belowZero: 0,
  stated: 0,
  deviations: 0,
  credits: 0,
  debits: 0,
  balances: 0,
  lowest: undefined,
  largest: [],
}

export async function sumUp(rows: AsyncIterable<readonly [account: string, row: BalanceRow]>): Promise<Figures> {
  let figures = NOTHING
  for await (const [account, row] of rows) figures = add(figures, account, row)
  return figures
}

function add(figures: Figures, account: string, row: BalanceRow): Figures {
  const one = { account, holder: row.holder, balance: row.balance }
  return {
    accounts: figures.accounts + 1,
    openAccounts: figures.openAccounts + (row.open ? 1 : 0),
    movements: figures.movements + row.movements,
    belowZero: figures.belowZero + row.belowZero,
    stated: figures.stated + row.stated,
    deviations: figures.deviations + row.deviations,
    credits: figures.credits + row.credits,
    debits: figures.debits + row.debits,
    balances: figures.balances + row.balance,
    lowest: figures.lowest === undefined || row.balance < figures.lowest.balance ? one : figures.lowest,
    largest: [...figures.largest, one].sort((a, b) => b.balance - a.balance).slice(0, LARGEST),
  }
}
