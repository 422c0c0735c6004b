import { type Daybook, isDaybookError, open } from 'daybook'
import { given } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { told } from '../told.ts'
import { Invoice, InvoiceIssued, InvoicePaid, issue, pay } from './invoice.ts'
import { invoices } from './story.ts'

const form = { customer: 'Ms Okafor', cents: 12_500, clerk: 'Ada' }

describe('an invoice', () => {
  test('is issued once', () => {
    given(Invoice).when(issue, form).then(InvoiceIssued(form))
    given(Invoice, InvoiceIssued(form)).when(issue, form).thenRejected('AlreadyIssued')
  })

  test('is paid in parts, and not beyond what is owed', () => {
    const issued = given(Invoice, InvoiceIssued(form), InvoicePaid({ cents: 12_000 }))
    issued.when(pay, { cents: 500 }).thenState({ status: 'paid', owedCents: 0 })
    issued.when(pay, { cents: 501 }).thenRejected('TooMuch', { owedCents: 500 })
    given(Invoice).when(pay, { cents: 1 }).thenRejected('NotOpen', { status: 'none' })
  })
})

describe('a race for version 0', () => {
  test('has exactly one winner, and tells all others where the stream is', async () => {
    const daybook = await open('memory:')
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => attempt(daybook)))
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
    const lost = { log: 'main', stream: 'invoice-1', expected: 0, actual: 1 }
    expect(outcomes.filter((outcome) => outcome !== 'won')).toEqual(Array(7).fill(lost))
    expect(await daybook.streamVersion('invoice-1')).toBe(1)
  })
})

async function attempt(daybook: Daybook) {
  try {
    await daybook.append('invoice-1', InvoiceIssued(form), { expectedVersion: 0 })
    return 'won'
  } catch (error) {
    if (isDaybookError(error, 'version-conflict')) return error.details
    throw error
  }
}

test('the story is told', async () => {
  const lines = await told(invoices)
  expect(lines.filter((line) => line.includes('wins: version 1'))).toHaveLength(1)
  expect(lines.filter((line) => line.includes('is at version 1, expected 0'))).toHaveLength(7)
  expect(lines).toContain('  accepted 1')
  expect(lines).toContain('  conflict 7')
  expect(lines).toContain('  rejected: AlreadyIssued')
})
