/** An invoice is issued once, and paid. */
import { aggregate, event, reject } from 'daybook'
import { z } from 'zod'

export const InvoiceIssued = event(
  'InvoiceIssued',
  z.object({ customer: z.string(), cents: z.int().positive(), clerk: z.string() }),
)
export const InvoicePaid = event('InvoicePaid', z.object({ cents: z.int().positive() }))

interface InvoiceState {
  readonly status: 'none' | 'open' | 'paid'
  readonly owedCents: number
}

export const Invoice = aggregate('invoice', {
  events: [InvoiceIssued, InvoicePaid],
  initial: { status: 'none', owedCents: 0 } as InvoiceState,
}).evolve({
  InvoiceIssued: (_, { cents }) => ({ status: 'open', owedCents: cents }),
  InvoicePaid: ({ owedCents }, { cents }) => ({
    status: owedCents === cents ? 'paid' : 'open',
    owedCents: owedCents - cents,
  }),
})

export const issue = Invoice.command(
  'IssueInvoice',
  z.object({ customer: z.string(), cents: z.int().positive(), clerk: z.string() }),
  (invoice, input) => (invoice.status === 'none' ? InvoiceIssued(input) : reject('AlreadyIssued')),
)

export const pay = Invoice.command('PayInvoice', z.object({ cents: z.int().positive() }), (invoice, { cents }) => {
  if (invoice.status !== 'open') return reject('NotOpen', { status: invoice.status })
  if (cents > invoice.owedCents) return reject('TooMuch', { owedCents: invoice.owedCents })
  return InvoicePaid({ cents })
})
