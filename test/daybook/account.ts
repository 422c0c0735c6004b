/** The domain that the README shows. */
import { aggregate, event, readModel, reject } from 'daybook'
import { z } from 'zod'

// Facts. Any Standard Schema validator works; zod is only an example.
export const AccountOpened = event('AccountOpened', z.object({ owner: z.string() }))
export const FundsDeposited = event('FundsDeposited', z.object({ amount: z.int().positive() }))
export const FundsWithdrawn = event('FundsWithdrawn', z.object({ amount: z.int().positive() })) // version 1: still in the log
  .next(z.object({ amount: z.int().positive(), channel: z.string() }), (v1) => ({ ...v1, channel: 'branch' }))

// State, and how facts change it.
export const Account = aggregate('account', {
  events: [AccountOpened, FundsDeposited, FundsWithdrawn],
  initial: { open: false, balance: 0 },
  snapshot: { every: 50 },
}).evolve({
  AccountOpened: (account) => ({ ...account, open: true }),
  FundsDeposited: (account, { amount }) => ({ ...account, balance: account.balance + amount }),
  FundsWithdrawn: (account, { amount }) => ({ ...account, balance: account.balance - amount }),
})

// What may happen. Input is validated first; the rule sees only good input.
export const withdraw = Account.command(
  'Withdraw',
  z.object({ amount: z.int().positive(), channel: z.string() }),
  (account, input) => {
    if (!account.open) return reject('AccountNotOpen')
    if (account.balance < input.amount) return reject('InsufficientFunds', { balance: account.balance })
    return FundsWithdrawn(input)
  },
)

// A question, answered in advance. The same definition runs in memory, PostgreSQL, Redis or Elasticsearch.
export const balances = readModel('account-balances', {
  events: [FundsDeposited, FundsWithdrawn],
  key: (event) => event.stream.id,
  initial: { balance: 0 },
}).evolve({
  FundsDeposited: (row, { amount }) => ({ balance: row.balance + amount }),
  FundsWithdrawn: (row, { amount }) => ({ balance: row.balance - amount }),
})
