/** A stranger's first program, against the installed package: DESIGN.md section 6 in small, on two engines. */
import assert from 'node:assert/strict'
import { aggregate, event, open, reject } from 'daybook'
import { z } from 'zod'

const FundsDeposited = event('FundsDeposited', z.object({ amount: z.int().positive() }))
const FundsWithdrawn = event('FundsWithdrawn', z.object({ amount: z.int().positive() }))

const Account = aggregate('account', { events: [FundsDeposited, FundsWithdrawn], initial: { balance: 0 } }).evolve({
  FundsDeposited: (account, { amount }) => ({ balance: account.balance + amount }),
  FundsWithdrawn: (account, { amount }) => ({ balance: account.balance - amount }),
})

const amount = z.object({ amount: z.int().positive() })
const deposit = Account.command('Deposit', amount, (_account, input) => FundsDeposited(input))
const withdraw = Account.command('Withdraw', amount, (account, input) =>
  account.balance < input.amount ? reject('InsufficientFunds', { balance: account.balance }) : FundsWithdrawn(input),
)

for (const url of ['memory:', 'file:./bank']) {
  const daybook = await open(url)
  const deposited = await daybook.execute(deposit, 'A17', { amount: 50 })
  assert.equal(deposited.status, 'accepted')
  const refused = await daybook.execute(withdraw, 'A17', { amount: 80 })
  assert(refused.status === 'rejected' && refused.reason === 'InsufficientFunds')
  const balance: number = refused.details.balance
  assert.equal(balance, 50)
  assert.equal((await daybook.execute(withdraw, 'A17', { amount: 20 })).status, 'accepted')
  assert.deepEqual(await daybook.stateOf(Account, 'A17'), { balance: 30 })
  await daybook.close()
  console.log(`${url} works`)
}
