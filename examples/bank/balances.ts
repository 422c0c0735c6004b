/**
 * A read model: one row for each account, kept up to date from the log by daybook.project(balances). All totals that
 * the report prints are sums over these rows.
 */
import { readModel } from 'daybook'
import { AccountClosed, AccountOpened, MoneyDeposited, MoneyWithdrawn } from './account.ts'

/** This bank rounds interest: from one stated balance to the next, up to 0.10 may be missing. */
const ROUNDING = 10

const initial = {
  holder: '',
  open: false,
  balance: 0,
  credits: 0,
  debits: 0,
  movements: 0,
  /** Movements that left the account below zero. */
  belowZero: 0,
  /** What the books that it was imported from say, and how many movements they say it of. */
  statedBalance: 0,
  stated: 0,
  /** Movements that do not lead from one stated balance to the next, within rounding. */
  deviations: 0,
}

export type BalanceRow = Readonly<typeof initial>

export const balances = readModel('account-balances', {
  events: [AccountOpened, MoneyDeposited, MoneyWithdrawn, AccountClosed],
  key: (event) => event.stream.id,
  initial: initial as BalanceRow,
  // Change it with anything that changes the rows. Without it every build of this program would have rows of its own.
  version: 1,
}).evolve({
  AccountOpened: (row, { holder }) => ({ ...row, holder, open: true }),
  MoneyDeposited: (row, { amount, statedBalance }) => ({
    ...move(row, amount, statedBalance),
    credits: row.credits + amount,
  }),
  MoneyWithdrawn: (row, { amount, statedBalance }) => ({
    ...move(row, -amount, statedBalance),
    debits: row.debits + amount,
  }),
  AccountClosed: (row) => ({ ...row, open: false }),
})

function move(row: BalanceRow, change: number, statedBalance: number | undefined): BalanceRow {
  const balance = row.balance + change
  const moved = {
    ...row,
    balance,
    movements: row.movements + 1,
    belowZero: row.belowZero + (balance < 0 ? 1 : 0),
  }
  if (statedBalance === undefined) return moved
  const isOff = Math.abs(row.statedBalance + change - statedBalance) > ROUNDING
  return { ...moved, statedBalance, stated: row.stated + 1, deviations: row.deviations + (isOff ? 1 : 0) }
}
