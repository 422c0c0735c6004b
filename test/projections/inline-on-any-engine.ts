import type { Daybook, OpenOptions } from 'daybook'
import { beforeEach, describe, expect, test } from 'vitest'
import { AccountOpened, balances, FundsDeposited, withdraw } from '../daybook/account.ts'
import { expectedSums, Noted, Paid, poison, rowsOf, sums } from './ledger.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

/** Projections that follow in the transaction of each append, on any engine that has them. */
export function describeInline(openDaybook: OpenDaybook): void {
  describe('inline', () => {
    beforeEach(() => poison.clear())

    test('rows are there with the answer of an append, and of a command', async () => {
      await using daybook = await openDaybook({ log: 'inline', inline: [sums, balances] })
      const projection = await daybook.project(sums)
      const balance = await daybook.project(balances)
      for (let n = 1; n <= 20; n++) {
        await daybook.append(`account-${n % 3}`, [Paid({ amount: n }), Noted({ text: 'x' })])
        expect(await rowsOf(projection)).toEqual(expectedSums(await daybook.read().toArray()))
      }
      await daybook.append('account-A17', [AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: 30 })])
      await daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' })
      expect(await balance.get('A17')).toEqual({ balance: 10 })
      expect(projection.status).toBe('running')
    })

    test('many at once are each applied once, also what was recorded past them', async () => {
      await using daybook = await openDaybook({ log: 'inline-many', inline: [sums] })
      await daybook.import(Array.from({ length: 50 }, (_, n) => ({ stream: 'account-0', ...Paid({ amount: n }) })))
      const append = (n: number) => daybook.append(`account-${n % 5}`, Paid({ amount: n }), { expectedVersion: 'any' })
      await Promise.all(Array.from({ length: 60 }, (_, n) => append(n)))
      const projection = await daybook.project(sums)
      await projection.reached(await daybook.head())
      expect(await rowsOf(projection)).toEqual(expectedSums(await daybook.read().toArray()))
    })

    test('an append that is repeated, or refused, changes nothing', async () => {
      await using daybook = await openDaybook({ log: 'inline-repeat', inline: [sums] })
      const id = '01890a5d-ac96-774b-bcce-b302099a8057'
      await daybook.append('account-a', Paid({ amount: 1 }, { id }), { expectedVersion: 0 })
      expect((await daybook.append('account-a', Paid({ amount: 1 }, { id }), { expectedVersion: 0 })).repeated).toBe(
        true,
      )
      const stale = daybook.append('account-a', Paid({ amount: 9 }), { expectedVersion: 0 })
      await expect(stale).rejects.toMatchObject({ code: 'version-conflict' })
      const projection = await daybook.project(sums)
      expect(await projection.get('a')).toEqual({ sum: 1, amounts: [1] })
    })
  })
}
