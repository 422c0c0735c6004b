/**
 * Another bank's files as bookings. Its transactions say on which day, not in which order; booking-order.ts finds the
 * order, from each account's balance before the day. That balance is summed up here, from the file alone, so the order
 * is the same in every run, also in one that goes on after an interruption.
 *
 * An account is opened by its first transaction. The accounts file, where given, adds what it knows of the account;
 * those of its accounts that have no transaction are not opened. All an importer remembers is a line for each account.
 */

import { FileProblem } from '../shared/csv.ts'
import { type RegisterEntry, readRegister, readTransactions, type Transaction } from './bank-files.ts'
import type { Booking } from './booking.ts'
import { toBookingOrder } from './booking-order.ts'
import type { Day } from './dates.ts'

export interface BankFiles {
  readonly transactions: string
  readonly accounts?: string | undefined
}

/**
 * What an imported account may owe: 1,000,000.00. This history has happened, and the bank it happened at did allow it.
 * Accounts there go below zero, and their true limits are not in the files; this one is far beyond all of them, and yet
 * stops a row whose amount cannot be right.
 */
const AGREED_OVERDRAFT = 1_000_000_00

/** How far the file has come with one account. */
interface Progress {
  readonly balance: number
  readonly day: Day
}

/** The bookings of the files, in order. @throws FileProblem after the last good row's booking was given */
export async function* bookingsOf({ transactions, accounts }: BankFiles): AsyncGenerator<Booking> {
  const register = accounts === undefined ? new Map<string, RegisterEntry>() : await readRegister(accounts)
  const progress = new Map<string, Progress>()
  for await (const day of toDays(readTransactions(transactions))) {
    for (const [account, rows] of day) {
      const before = progress.get(account)
      checkDay(transactions, rows, before)
      if (before === undefined) yield toOpening(transactions, rows[0], register.get(account))
      for (const row of toBookingOrder(rows, before?.balance ?? 0)) yield toMovement(transactions, row)
      const balance = rows.reduce((sum, { change }) => sum + change, before?.balance ?? 0)
      progress.set(account, { balance, day: rows[0].day })
    }
  }
}

/** The rows of one account and day, as the file lists them. */
type Rows = [Transaction, ...Transaction[]]

/** Gathers the rows of each day, by account. The good rows before a problem come out before the problem does. */
async function* toDays(rows: AsyncIterable<Transaction>): AsyncGenerator<Map<string, Rows>> {
  let day: Day | undefined
  let accounts = new Map<string, Rows>()
  try {
    for await (const row of rows) {
      if (row.day !== day && accounts.size > 0) yield accounts
      if (row.day !== day) accounts = new Map()
      day = row.day
      const others = accounts.get(row.account)
      if (others === undefined) accounts.set(row.account, [row])
      else others.push(row)
    }
  } catch (problem) {
    yield accounts
    throw problem
  }
  yield accounts
}

/** Without this, a file in another order would be booked in that order, against balances that never were. */
function checkDay(file: string, [{ line, account, day }]: Rows, before: Progress | undefined): void {
  if (before === undefined || before.day < day) return
  const problem = `account ${account} has a row of ${day} after rows of ${before.day}`
  throw new FileProblem(file, line, `${problem}; expected an account's rows in the order of their days`)
}

function toOpening(file: string, first: Transaction, entry: RegisterEntry | undefined): Booking {
  const { account, line } = first
  const known = entry === undefined ? {} : { district: entry.district, frequency: entry.frequency }
  return {
    kind: 'open',
    account,
    input: { holder: `Customer of account ${account}`, overdraft: AGREED_OVERDRAFT, ...known },
    id: `bank-account:${account}`,
    day: entry !== undefined && entry.openedOn < first.day ? entry.openedOn : first.day,
    source: `${file}:${line}`,
  }
}

function toMovement(file: string, { id, line, account, day, change, ...rest }: Transaction): Booking {
  const { text, statedBalance, otherAccount } = rest
  return {
    kind: change < 0 ? 'withdraw' : 'deposit',
    account,
    input: { amount: Math.abs(change), text, statedBalance, ...(otherAccount === undefined ? {} : { otherAccount }) },
    id: `bank-transaction:${id}`,
    day,
    source: `${file}:${line}`,
  }
}
