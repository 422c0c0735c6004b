/** What the columns of the bank's two files mean. A row that cannot mean anything is a FileProblem. */
import { type CsvRow, FileProblem, readCsv } from '../shared/csv.ts'
import { parseMoney } from '../shared/money.ts'
import { type Day, parseDay } from './dates.ts'

/** A row of the transactions file. Amounts are minor units. */
export interface Transaction {
  readonly line: number
  readonly id: string
  readonly account: string
  readonly day: Day
  /** Positive for a credit, negative for a debit. */
  readonly change: number
  /** The bank's own figure after the transaction. */
  readonly statedBalance: number
  readonly text: string
  /** The other side of a transfer, at another bank. */
  readonly otherAccount: string | undefined
}

/** A row of the accounts file. */
export interface RegisterEntry {
  readonly account: string
  readonly district: string
  readonly frequency: string
  readonly openedOn: Day
}

const TRANSACTION_COLUMNS = [
  'trans_id',
  'account_id',
  'date',
  'type',
  'operation',
  'amount',
  'balance',
  'k_symbol',
  'bank',
  'account',
] as const
const ACCOUNT_COLUMNS = ['account_id', 'district_id', 'frequency', 'date'] as const

const SIGNS: ReadonlyMap<string, 1 | -1> = new Map([
  ['PRIJEM', 1],
  ['VYDAJ', -1],
  ['VYBER', -1],
])

/** The bank's codes, Czech, in English: the purpose where it gives one, else the way the money went. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['UROK', 'Interest'],
  ['SANKC. UROK', 'Penalty interest'],
  ['DUCHOD', 'Pension'],
  ['SIPO', 'Household payment'],
  ['SLUZBY', 'Statement fee'],
  ['POJISTNE', 'Insurance'],
  ['UVER', 'Loan payment'],
  ['VKLAD', 'Cash deposit'],
  ['VYBER', 'Cash withdrawal'],
  ['VYBER KARTOU', 'Card withdrawal'],
  ['PREVOD Z UCTU', 'Transfer received'],
  ['PREVOD NA UCET', 'Transfer sent'],
])

export async function* readTransactions(file: string): AsyncGenerator<Transaction> {
  for await (const row of readCsv(file, TRANSACTION_COLUMNS)) yield toTransaction(file, row)
}

/** The accounts by their id. */
export async function readRegister(file: string): Promise<ReadonlyMap<string, RegisterEntry>> {
  const register = new Map<string, RegisterEntry>()
  for await (const { line, fields } of readCsv(file, ACCOUNT_COLUMNS)) {
    const cell = cellsOf(file, line, fields)
    const account = cell('account_id', toId, 'digits')
    register.set(account, {
      account,
      district: fields.district_id,
      frequency: fields.frequency,
      openedOn: cell('date', parseDay, 'a day as YYMMDD'),
    })
  }
  return register
}

function toTransaction(file: string, row: CsvRow<(typeof TRANSACTION_COLUMNS)[number]>): Transaction {
  const { line, fields } = row
  const cell = cellsOf(file, line, fields)
  const sign = cell('type', (type) => SIGNS.get(type), [...SIGNS.keys()].join(', '))
  const amount = cell('amount', toAmount, 'an amount such as 1234.50')
  return {
    line,
    id: cell('trans_id', toId, 'digits'),
    account: cell('account_id', toId, 'digits'),
    day: cell('date', parseDay, 'a day as YYMMDD'),
    change: sign === 1 ? amount : 0 - amount,
    statedBalance: cell('balance', parseMoney, 'an amount such as 1234.50 or -1234.50'),
    text: TEXTS.get(fields.k_symbol.trim()) ?? TEXTS.get(fields.operation) ?? fields.operation,
    otherAccount: `${fields.bank} ${fields.account}`.trim() || undefined,
  }
}

/** Gives a cell as what it means, or the problem with file and line. */
function cellsOf<Column extends string>(file: string, line: number, fields: Readonly<Record<Column, string>>) {
  return <Value>(column: Column, parse: (text: string) => Value | undefined, expected: string): Value => {
    const value = parse(fields[column])
    if (value !== undefined) return value
    throw new FileProblem(file, line, `${column} is ${JSON.stringify(fields[column])}; expected ${expected}`)
  }
}

function toId(text: string): string | undefined {
  return /^\d{1,18}$/.test(text) ? text : undefined
}

function toAmount(text: string): number | undefined {
  return text.startsWith('-') ? undefined : parseMoney(text)
}
