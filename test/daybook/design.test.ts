/** The program that the README shows, run. */
import { open } from 'daybook'
import { expect, expectTypeOf, test } from 'vitest'
import { Account, AccountOpened, balances, FundsDeposited, withdraw } from './account.ts'

test('the front page › runs as it is printed', async () => {
  const daybook = await open('memory:')
  const commandId = 'request-1'
  await daybook.append('account-A17', [AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: 50 })])
  const result = await daybook.execute(
    withdraw,
    'A17',
    { amount: 20, channel: 'atm' },
    { commandId, actor: 'teller-4' },
  )
  expect(result).toMatchObject({ status: 'accepted', version: 3, position: 3, events: [{ type: 'FundsWithdrawn' }] })
  const then = await daybook.stateOf(Account, 'A17', { at: new Date('2026-03-31T23:59:59Z') })
  expectTypeOf(then).toEqualTypeOf<{ open: boolean; balance: number }>()
  expect(await daybook.stateOf(Account, 'A17')).toEqual({ open: true, balance: 30 })

  const projection = await daybook.project(balances)
  await projection.reached(result.status === 'accepted' ? result.position : 0)
  expect(await projection.get('A17')).toEqual({ balance: 30 })
  await daybook.close()
})
