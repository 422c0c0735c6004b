/**
 * The figures that a real bank's two years must come to. The files are no part of the project: they are looked for where
 * DAYBOOK_TEST_DATA says, else in ../shared/data.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Daybook } from 'daybook'
import { describe, expect, test } from 'vitest'
import { Account } from './account.ts'
import { makeFolder, openBank, readFigures, runBank } from './fixtures.ts'

const folder = process.env.DAYBOOK_TEST_DATA ?? '../shared/data'
const transactions = join(folder, 'bank-transactions.csv.gz')
const accounts = join(folder, 'bank-accounts.csv.gz')
const isThere = existsSync(transactions) && existsSync(accounts)
if (!isThere)
  console.warn(`NO REAL DATA in ${folder}: its figures ARE NOT TESTED. Set DAYBOOK_TEST_DATA to its folder.`)

describe.skipIf(!isThere)('the real bank', () => {
  test.each(['memory:', 'file:'])(
    'comes to the known figures on %s, to the last haléř',
    { timeout: 180_000 },
    async (engine) => {
      const bank = await openBank(engine === 'file:' ? `file:${makeFolder()}` : engine)
      const printed = await runBank(bank, '--transactions', transactions, '--accounts', accounts)
      expect(await readFigures(bank)).toMatchObject({
        events: 46_997 + 1_229,
        accounts: 1_229,
        openAccounts: 1_229,
        movements: 46_997,
        belowZero: 88,
        deviations: 0,
        credits: 17_696_125_480,
        debits: 13_766_449_200,
        balances: 3_929_676_280,
        lowest: { balance: -265_670 },
        largest: expect.arrayContaining([expect.objectContaining({ account: '5622', balance: 11_498_030 })]),
      })
      expect(await balancesOf(bank, '2378', '576', '5767')).toEqual([2_717_050, 1_849_830, 2_491_210])
      for (const figure of [
        '176,961,254.80',
        '137,664,492.00',
        '39,296,762.80',
        '-2,656.70',
        '114,980.30',
        '27,170.50',
      ]) {
        expect(printed).toContain(figure)
      }
    },
  )
})

async function balancesOf(bank: Daybook, ...ids: string[]): Promise<number[]> {
  const states = await Promise.all(ids.map((id) => bank.stateOf(Account, id)))
  return states.map(({ balance }) => balance)
}
