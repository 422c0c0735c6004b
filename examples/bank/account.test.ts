import { type Daybook, open } from 'daybook'
import { beforeEach, describe, expect, test } from 'vitest'
import { Account, closeAccount, deposit, openAccount, transfer, withdraw } from './account.ts'

describe('account', () => {
  let bank: Daybook

  beforeEach(async () => {
    bank = await open('memory:')
    await bank.execute(openAccount, 'A', { holder: 'Ada', overdraft: 50_00 })
    await bank.execute(openAccount, 'B', { holder: 'Bruno', overdraft: 0 })
    await bank.execute(deposit, 'A', { amount: 100_00, text: 'Salary' })
  })

  const balanceOf = async (account: string) => (await bank.stateOf(Account, account)).balance

  test('is opened once', async () => {
    expect(await bank.execute(openAccount, 'A', { holder: 'Eve', overdraft: 0 })).toMatchObject({
      reason: 'AlreadyOpened',
    })
  })

  test('goes down to the agreed overdraft, and not a cent further', async () => {
    const tooMuch = await bank.execute(withdraw, 'A', { amount: 150_01, text: 'Car' })
    expect(tooMuch).toMatchObject({ status: 'rejected', reason: 'InsufficientFunds', details: { available: 150_00 } })
    expect(await bank.execute(withdraw, 'A', { amount: 150_00, text: 'Bicycle' })).toMatchObject({ status: 'accepted' })
    expect(await balanceOf('A')).toBe(-50_00)
  })

  test('takes whole minor units only', async () => {
    expect(await bank.execute(deposit, 'A', { amount: 0.5, text: 'Half a cent' })).toMatchObject({ status: 'invalid' })
    expect(await bank.execute(withdraw, 'A', { amount: -1, text: 'Minus' })).toMatchObject({ status: 'invalid' })
  })

  test('a transfer is on both accounts in one append, or on neither', async () => {
    const before = await bank.head()
    const result = await bank.execute(transfer, { from: 'A', to: 'B' }, { amount: 30_00, text: 'Rent' })
    expect(result).toMatchObject({ status: 'accepted', position: before + 2 })
    expect([await balanceOf('A'), await balanceOf('B')]).toEqual([70_00, 30_00])
    const refused = await bank.execute(transfer, { from: 'B', to: 'A' }, { amount: 30_01, text: 'Back' })
    expect(refused).toMatchObject({ status: 'rejected', reason: 'InsufficientFunds' })
    expect(await bank.head()).toBe(before + 2)
  })

  test('a transfer to an account that is not open, or to itself, moves nothing', async () => {
    const input = { amount: 1, text: 'Nowhere' }
    const nowhere = await bank.execute(transfer, { from: 'A', to: 'C' }, input)
    expect(nowhere).toMatchObject({ status: 'rejected', reason: 'AccountNotOpen' })
    expect(await bank.execute(transfer, { from: 'A', to: 'A' }, input)).toMatchObject({ status: 'invalid' })
    expect(await balanceOf('A')).toBe(100_00)
  })

  test('is closed at zero only, and nothing happens to it afterwards', async () => {
    expect(await bank.execute(closeAccount, 'A', {})).toMatchObject({
      reason: 'BalanceNotZero',
      details: { balance: 100_00 },
    })
    await bank.execute(withdraw, 'A', { amount: 100_00, text: 'Paid out' })
    expect(await bank.execute(closeAccount, 'A', {})).toMatchObject({ status: 'accepted' })
    for (const command of [deposit, withdraw]) {
      expect(await bank.execute(command, 'A', { amount: 1, text: 'Late' })).toMatchObject({ reason: 'AccountNotOpen' })
    }
    expect(await bank.execute(openAccount, 'A', { holder: 'Ada', overdraft: 0 })).toMatchObject({
      reason: 'AlreadyOpened',
    })
  })
})
