import { describe, expect, test } from 'vitest'
import { toDataSet } from './data-set.ts'
import { ACCOUNTS, makeFolder, openBank, readFigures, runBank, TRANSACTIONS, writeFixture } from './fixtures.ts'
import { readOptions } from './options.ts'

const FIGURES = {
  events: 8,
  accounts: 2,
  movements: 6,
  belowZero: 1,
  // The fixture's bank has rounded once, by 0.10: that is none.
  stated: 6,
  deviations: 0,
  credits: 220_060,
  debits: 100_050,
  balances: 120_010,
  lowest: { account: '1', balance: 20_010 },
  largest: [{ account: '2', balance: 100_000 }, { account: '1' }],
}

describe('a run', () => {
  test('books the files, and prints figures, statement and past days', async () => {
    const bank = await openBank('memory:')
    const transactions = writeFixture('transactions.csv', TRANSACTIONS)
    const printed = await runBank(bank, '--transactions', transactions, '--account', '1')
    expect(printed).toContain('2 accounts opened, 6 bookings made')
    expect(printed).toMatch(/credits +2,200\.60\n/)
    expect(printed).toMatch(/1993-01-02 {2}Pension \(YZ 62457513\) +500\.00 +200\.00\n/)
    expect(printed).toMatch(/three past days, from its history\n {2}1993-01-01 +700\.00 +in/)
    expect(await readFigures(bank)).toMatchObject(FIGURES)
  })

  test('books nothing twice after a restart, says so, and ends with the same figures', async () => {
    const store = `file:${makeFolder()}`
    const args = ['--transactions', writeFixture('t.csv', TRANSACTIONS), '--accounts', writeFixture('a.csv', ACCOUNTS)]
    const before = await openBank(store)
    await runBank(before, ...args)
    expect(await readFigures(before)).toMatchObject(FIGURES)
    await before.close()
    const bank = await openBank(store)
    expect(await runBank(bank, ...args)).toContain('Nothing new booked, 8 were settled in an earlier run')
    expect(await readFigures(bank)).toMatchObject(FIGURES)
  })

  test('what people were refused stays refused in a second run, though they could afford it by then', async () => {
    const bank = await openBank('memory:')
    const args = ['--customers', '8']
    expect(await runBank(bank, ...args)).toMatch(/, \d+ refused, for want of money/)
    const first = await readFigures(bank)
    expect(await runBank(bank, ...args)).toContain('Nothing new booked')
    expect(await readFigures(bank)).toEqual(first)
  })

  test('after a malformed row is corrected, the same command books the rest', async () => {
    const bank = await openBank('memory:')
    const malformed = writeFixture('malformed.csv', TRANSACTIONS.replace('500.00', '500.001'))
    const failed = runBank(bank, '--transactions', malformed)
    await expect(failed).rejects.toThrow(`${malformed}:6: amount is "500.001"; expected an amount such as 1234.50`)
    expect(await readFigures(bank)).toMatchObject({ movements: 4, debits: 100_000 })
    await runBank(bank, '--transactions', writeFixture('correct.csv', TRANSACTIONS))
    expect(await readFigures(bank)).toMatchObject({ credits: 220_060, debits: 100_050, balances: 120_010, events: 8 })
  })

  test('a file without rows leaves an empty book, and that is said', async () => {
    const header = TRANSACTIONS.slice(0, TRANSACTIONS.indexOf('\n'))
    const printed = await runBank(await openBank('memory:'), '--transactions', writeFixture('empty.csv', header))
    expect(printed).toContain('The book is empty.')
    expect(printed).not.toContain('undefined')
  })

  test('a row that was booked with another amount is refused by its line', async () => {
    const bank = await openBank('memory:')
    await runBank(bank, '--transactions', writeFixture('first.csv', TRANSACTIONS))
    const altered = writeFixture('altered.csv', TRANSACTIONS.replace('0.50;1000.00', '0.51;999.99'))
    const again = runBank(bank, '--transactions', altered)
    await expect(again).rejects.toThrow(`${altered}:7: was booked before with other figures, as bank-transaction:6.`)
  })

  test('says when the log already held something else', async () => {
    const bank = await openBank('memory:')
    await runBank(bank, '--transactions', writeFixture('first.csv', TRANSACTIONS))
    const other = TRANSACTIONS.replace(/^(\d)/gm, '9$1').replace(/^(\d+);(\d);/gm, '$1;9$2;')
    const printed = await runBank(bank, '--transactions', writeFixture('other.csv', other))
    expect(printed).toContain('None of it was in the log before: the figures below are of both together.')
  })

  test('files and each invented year have logs of their own', async () => {
    const transactions = writeFixture('transactions.csv', TRANSACTIONS)
    const logOf = async (...args: string[]) => (await toDataSet(readOptions(args))).log
    expect(await logOf('--transactions', transactions)).toBe('main')
    expect(await logOf('--customers', '5')).toBe('year-1-5')
    expect(await logOf('--customers', '5', '--seed', '2')).toBe('year-2-5')
  })
})

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toMatchObject({ store: 'file:./.daybook/bank', seed: 1, customers: 300, help: false })
  })

  test.each([
    [['--stroe', 'memory:'], "Unknown option '--stroe'"],
    [['bank.csv'], "Unexpected argument 'bank.csv'"],
    [['--store'], "Option '--store <value>' argument missing"],
    [['--seed', '1.5'], '--seed is "1.5"; expected a whole number from 0 to 4294967295.'],
    [['--customers', '1'], '--customers is "1"; expected a whole number from 2 to 9000.'],
    [['--accounts', 'a.csv'], '--accounts needs --transactions beside it'],
  ])('%j is refused clearly', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })
})
