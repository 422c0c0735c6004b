/**
 * The domain: what can happen to an account, and when it may. Nothing here knows of files, stores or clocks: these are
 * facts, a fold, and rules, and all of them are pure. Money is an integer number of minor units (../shared/money.ts).
 */
import { aggregate, command, event, reject } from 'daybook'
import { z } from 'zod'

/** What an account and the bank have agreed. `overdraft` is how far below zero the balance may go. */
const Agreement = z.object({
  holder: z.string(),
  overdraft: z.int().nonnegative(),
  district: z.string().optional(),
  frequency: z.string().optional(),
})

/**
 * The amount may be 0, for banks do book interest of 0.00. `otherAccount` is the other side of a transfer; `statedBalance` what the
 * books that it is imported from say the balance is then.
 */
const Movement = z.object({
  amount: z.int().nonnegative(),
  text: z.string(),
  otherAccount: z.string().optional(),
  statedBalance: z.int().optional(),
})

// Facts.
export const AccountOpened = event('AccountOpened', Agreement)
export const MoneyDeposited = event('MoneyDeposited', Movement)
export const MoneyWithdrawn = event('MoneyWithdrawn', Movement)
export const AccountClosed = event('AccountClosed', z.object({}))

interface AccountState {
  readonly status: 'none' | 'open' | 'closed'
  readonly balance: number
  readonly overdraft: number
}

// State, and how facts change it.
export const Account = aggregate('account', {
  events: [AccountOpened, MoneyDeposited, MoneyWithdrawn, AccountClosed],
  initial: { status: 'none', balance: 0, overdraft: 0 } as AccountState,
  snapshot: { every: 50 },
}).evolve({
  AccountOpened: (account, { overdraft }) => ({ ...account, status: 'open', overdraft }),
  MoneyDeposited: (account, { amount }) => ({ ...account, balance: account.balance + amount }),
  MoneyWithdrawn: (account, { amount }) => ({ ...account, balance: account.balance - amount }),
  AccountClosed: (account) => ({ ...account, status: 'closed' }),
})

// What may happen.
export const openAccount = Account.command('OpenAccount', Agreement, (account, input) => {
  if (account.status !== 'none') return reject('AlreadyOpened')
  return AccountOpened(input)
})

export const deposit = Account.command('Deposit', Movement, (account, input) => {
  if (account.status !== 'open') return reject('AccountNotOpen')
  return MoneyDeposited(input)
})

export const withdraw = Account.command('Withdraw', Movement, (account, input) => {
  if (account.status !== 'open') return reject('AccountNotOpen')
  if (input.amount > available(account)) return reject('InsufficientFunds', { available: available(account) })
  return MoneyWithdrawn(input)
})

/** Two accounts, one append: the money is on both sides or on neither, and each side's rule has seen its latest state. */
export const transfer = command(
  'Transfer',
  { from: Account, to: Account },
  z.object({ amount: z.int().positive(), text: z.string() }),
  ({ from, to }, { amount, text }, { ids }) => {
    if (from.status !== 'open' || to.status !== 'open') return reject('AccountNotOpen')
    if (amount > available(from)) return reject('InsufficientFunds', { available: available(from) })
    return {
      from: MoneyWithdrawn({ amount, text, otherAccount: ids.to }),
      to: MoneyDeposited({ amount, text, otherAccount: ids.from }),
    }
  },
)

export const closeAccount = Account.command('CloseAccount', z.object({}), (account) => {
  if (account.status !== 'open') return reject('AccountNotOpen')
  if (account.balance !== 0) return reject('BalanceNotZero', { balance: account.balance })
  return AccountClosed({})
})

function available(account: AccountState): number {
  return account.balance + account.overdraft
}
