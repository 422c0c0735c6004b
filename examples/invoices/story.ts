/** Who wins a race: writers that say at which version they believe a stream to be. */
import { type Daybook, isDaybookError } from 'daybook'
import type { Story } from '../story.ts'
import { InvoiceIssued, issue } from './invoice.ts'

const CLERKS = ['Ada', 'Bruno', 'Chloé', 'Dmitri', 'Emeka', 'Fatima', 'Goran', 'Hana']

export const invoices: Story = async (daybook, say) => {
  say(`${CLERKS.length} clerks issue invoice 2025-001 at the same moment.`)
  say('Each believes that it has no events yet: its stream is expected at version 0.')
  const outcomes = await Promise.all(CLERKS.map((clerk) => append(daybook, clerk)))
  for (const [place, outcome] of outcomes.entries()) say(`  ${CLERKS[place]?.padEnd(7)} ${outcome}`)

  say('\nThe same with a command, for invoice 2025-002: what a caller can expect is a value.')
  const results = await Promise.all(
    CLERKS.map((clerk) =>
      daybook.execute(issue, '2025-002', { customer: 'Ms Okafor', cents: 12_500, clerk }, { expectedVersion: 0 }),
    ),
  )
  for (const status of ['accepted', 'conflict']) {
    say(`  ${status.padEnd(8)} ${results.filter((result) => result.status === status).length}`)
  }

  say('\nWithout an expected version, the rule decides on what is there:')
  const late = await daybook.execute(issue, '2025-002', { customer: 'Mr Park', cents: 1, clerk: 'Hana' })
  say(`  ${late.status}${late.status === 'rejected' ? `: ${late.reason}` : ''}`)

  say('\nWhat is in the book:')
  for await (const { position, stream, version, type, data } of daybook.read({ events: [InvoiceIssued] })) {
    say(`  ${position}  ${stream.name}  version ${version}  ${type} by ${data.clerk}`)
  }
}

async function append(daybook: Daybook, clerk: string): Promise<string> {
  const issued = InvoiceIssued({ customer: 'Ms Okafor', cents: 12_500, clerk })
  try {
    const { position } = await daybook.append('invoice-2025-001', issued, { expectedVersion: 0 })
    return `wins: version 1, at position ${position} of the log`
  } catch (error) {
    if (!isDaybookError(error, 'version-conflict')) throw error
    return `loses: ${error.message}`
  }
}
