/** A retailer's file: one line for each line of an invoice, those of an invoice together, in the order they were issued. */
import { type CsvRow, FileProblem, readCsv } from '../shared/csv.ts'
import { parseMoney } from '../shared/money.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const
const DELIMITER = ','

type Row = CsvRow<(typeof COLUMNS)[number]>

/** The invoices of the file. @throws FileProblem after the last good invoice was given */
export async function* readInvoices(file: string): AsyncGenerator<Invoice> {
  let invoice: { number: string; lines: InvoiceLine[] } | undefined
  for await (const row of readCsv(file, COLUMNS, DELIMITER)) {
    const number = row.fields.InvoiceNo
    if (invoice !== undefined && invoice.number !== number) {
      yield invoice
      invoice = undefined
    }
    invoice ??= { number, lines: [] }
    invoice.lines.push(toLine(file, row))
  }
  if (invoice !== undefined) yield invoice
}

function toLine(file: string, { line, fields }: Row): InvoiceLine {
  const fail = (column: (typeof COLUMNS)[number], expected: string): never => {
    throw new FileProblem(file, line, `${column} is ${JSON.stringify(fields[column])}; expected ${expected}`)
  }
  const quantity = /^-?\d{1,9}$/.test(fields.Quantity) ? Number(fields.Quantity) : fail('Quantity', 'a whole number')
  const [day = ''] = /^\d{4}-\d\d-\d\d/.exec(fields.InvoiceDate) ?? []
  if (day === '') fail('InvoiceDate', 'a time as YYYY-MM-DD HH:MM:SS')
  if (fields.InvoiceNo === '') fail('InvoiceNo', 'the number of an invoice')
  if (fields.StockCode === '') fail('StockCode', 'the code of a product')
  // As a spreadsheet has saved it: 17850.0
  const customer = fields.CustomerID.replace(/\.0$/, '')
  return {
    code: fields.StockCode,
    description: fields.Description.trim(),
    quantity,
    price: parseMoney(fields.UnitPrice) ?? fail('UnitPrice', 'an amount such as 2.55'),
    day,
    country: fields.Country,
    ...(customer === '' ? {} : { customer }),
  }
}
