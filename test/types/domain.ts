/** A small domain for the type tests, in three validators. */
import { aggregate, command, event, readModel, reject } from 'daybook'
import { z } from 'zod'

export const Opened = event('Opened', z.object({ owner: z.string() }))
export const Deposited = event('Deposited', z.object({ amount: z.number(), note: z.string().optional() }))
export const Withdrawn = event('Withdrawn', z.object({ amount: z.number() })).next(
  z.object({ amount: z.number(), channel: z.string().default('branch') }),
  (v1) => ({ amount: v1.amount }),
)
export const Foreign = event('Foreign', z.object({ amount: z.number(), channel: z.string() }))

export const Account = aggregate('account', {
  events: [Opened, Deposited, Withdrawn],
  initial: { status: 'new', balance: 0 },
}).evolve({
  Opened: (account) => ({ ...account, status: 'open' }),
  Deposited: (account, { amount }) => ({ ...account, balance: account.balance + amount }),
  Withdrawn: (account, { amount }) => ({ ...account, balance: account.balance - amount }),
})

export const withdraw = Account.command('Withdraw', z.object({ amount: z.number() }), (account, input) => {
  if (account.status !== 'open') return reject('NotOpen')
  if (account.balance < input.amount) return reject('InsufficientFunds', { balance: account.balance })
  return Withdrawn({ ...input, channel: 'atm' })
})

export const openAndFund = Account.command(
  'OpenAndFund',
  z.object({ amount: z.coerce.number() }),
  (_account, input) => [Opened({ owner: 'Ada' }), Deposited(input)],
)

export const transfer = command(
  'Transfer',
  { from: Account, to: Account },
  z.object({ amount: z.number() }),
  ({ from }, input) =>
    from.balance < input.amount
      ? reject('InsufficientFunds', { balance: from.balance })
      : { from: Withdrawn(input), to: [Deposited(input)] },
)

export const balances = readModel('balances', {
  events: [Deposited, Withdrawn],
  key: (stored) => stored.stream.id,
  initial: { balance: 0 },
}).evolve({
  Deposited: (row, { amount }) => ({ balance: row.balance + amount }),
  Withdrawn: (row, { amount }) => ({ balance: row.balance - amount }),
})
