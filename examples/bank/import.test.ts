import { describe, expect, test } from 'vitest'
import type { Booking } from './booking.ts'
import { ACCOUNTS, TRANSACTIONS, TRANSACTIONS_HEADER, writeFixture } from './fixtures.ts'
import { bookingsOf } from './import.ts'

async function importAll(transactions: string, accounts?: string) {
  const files = {
    transactions: writeFixture('transactions.csv', transactions),
    accounts: accounts === undefined ? undefined : writeFixture('accounts.csv', accounts),
  }
  const bookings: Booking[] = []
  const collect = async () => {
    for await (const booking of bookingsOf(files)) bookings.push(booking)
  }
  const fault = await collect().then(
    () => undefined,
    (error: Error) => error.message.replace(files.transactions, 'FILE').replace(files.accounts ?? /^$/, 'ACCOUNTS'),
  )
  return { bookings, fault, ids: bookings.map(({ id }) => id.replace('bank-', '')) }
}

const rows = (...lines: string[]) => [TRANSACTIONS_HEADER, ...lines, ''].join('\n')

describe('import', () => {
  test('an account is opened by its first row, and each day is booked in the order of its balances', async () => {
    const { ids, fault } = await importAll(TRANSACTIONS)
    expect(fault).toBeUndefined()
    expect(ids).toEqual([
      ...['account:1', 'transaction:1', 'account:2', 'transaction:2'],
      ...['transaction:3', 'transaction:4', 'transaction:5', 'transaction:6'],
    ])
  })

  test('the accounts file adds what it knows, and opens nothing by itself', async () => {
    const { bookings } = await importAll(TRANSACTIONS, ACCOUNTS)
    const openings = bookings.filter(({ kind }) => kind === 'open')
    expect(openings).toMatchObject([
      { account: '1', day: '1993-01-01', input: { district: '55', frequency: 'POPLATEK MESICNE' } },
      { account: '2', day: '1992-12-31', input: { district: '74', overdraft: 100_000_000 } },
    ])
  })

  test('a row becomes a command with its id, its date, its texts and the stated balance', async () => {
    const { bookings } = await importAll(TRANSACTIONS)
    expect(bookings[5]).toEqual({
      kind: 'deposit',
      account: '1',
      input: { amount: 50_000, text: 'Pension', statedBalance: 20_000, otherAccount: 'YZ 62457513' },
      id: 'bank-transaction:4',
      day: '1993-01-02',
      source: expect.stringMatching(/transactions\.csv:6$/),
    })
  })

  test.each([
    ['x;1;930103;PRIJEM;;1;1;;;', 'trans_id is "x"; expected digits'],
    ['9;;930103;PRIJEM;;1;1;;;', 'account_id is ""; expected digits'],
    ['9;1;930231;PRIJEM;;1;1;;;', 'date is "930231"; expected a day as YYMMDD'],
    ['9;1;930103;CREDIT;;1;1;;;', 'type is "CREDIT"; expected PRIJEM, VYDAJ, VYBER'],
    ['9;1;930103;toString;;1;1;;;', 'type is "toString"; expected PRIJEM, VYDAJ, VYBER'],
    ['9;1;930103;PRIJEM;;1.005;1;;;', 'amount is "1.005"; expected an amount such as 1234.50'],
    ['9;1;930103;PRIJEM;;-1;1;;;', 'amount is "-1"; expected an amount such as 1234.50'],
    ['9;1;930103;PRIJEM;;1;1,00;;;', 'balance is "1,00"; expected an amount such as 1234.50 or -1234.50'],
    ['9;1;930103;PRIJEM;;1', '6 fields; expected 10, as the header has'],
    [
      '9;1;930101;PRIJEM;;1;1;;;',
      "account 1 has a row of 1993-01-01 after rows of 1993-01-02; expected an account's rows in the order of their days",
    ],
  ])('the good rows before %j are booked, then its line is named', async (malformed, problem) => {
    const good = ['1;1;930101;PRIJEM;;700;700;;;', '2;1;930102;PRIJEM;;1;701;;;']
    const { ids, fault } = await importAll(rows(...good, malformed, '8;1;930104;PRIJEM;;1;702;;;'))
    expect(ids).toEqual(['account:1', 'transaction:1', 'transaction:2'])
    expect(fault).toBe(`FILE:4: ${problem}`)
  })

  test('a malformed accounts file is named before anything is booked', async () => {
    const { ids, fault } = await importAll(TRANSACTIONS, ACCOUNTS.replace('921231', 'soon'))
    expect(ids).toEqual([])
    expect(fault).toBe('ACCOUNTS:3: date is "soon"; expected a day as YYMMDD')
  })

  test('a file that is sorted by account is booked as well as one that is sorted by day', async () => {
    const [header, ...lines] = TRANSACTIONS.trim().split('\n')
    const byAccount = lines.sort((a, b) => (a.split(';')[1] ?? '').localeCompare(b.split(';')[1] ?? ''))
    const { ids, fault } = await importAll([header, ...byAccount].join('\n'))
    expect(fault).toBeUndefined()
    expect(ids).toEqual([
      ...['account:1', 'transaction:1', 'transaction:3', 'transaction:4', 'transaction:5'],
      ...['account:2', 'transaction:2', 'transaction:6'],
    ])
  })
})
