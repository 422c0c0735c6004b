/** An event gained a property: what was stored before is read in today's shape, and is never touched. */
import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importLines } from 'daybook'
import type { Story } from '../story.ts'
import { AddressChanged, Customer, countries, move } from './customer.ts'

/** What the release before the countries has written, by `daybook export`. */
const HISTORY = fileURLToPath(new URL('history-of-version-1.jsonl', import.meta.url))

export const customers: Story = async (daybook, say) => {
  const { events } = await importLines(daybook, createReadStream(HISTORY))
  say(`${events} events of an older release are in the log. Its addresses had no country.`)
  await daybook.execute(move, 'C2', { street: '12 Rue Sainte-Catherine', city: 'Montréal', country: 'Canada' })
  say('Customer C2 moves to Canada.\n')

  say('As they are stored:')
  for await (const { stream, schemaVersion, data } of daybook.read({ types: ['AddressChanged'] })) {
    say(`  ${stream.name}  version ${schemaVersion}  ${JSON.stringify(data)}`)
  }
  say('\nAs the code reads them:')
  for await (const { stream, data } of daybook.read({ events: [AddressChanged] })) {
    say(`  ${stream.name}  ${data.city}, ${data.country}`)
  }

  const { address } = await daybook.stateOf(Customer, 'C1')
  say(`\nThe state of C1, whose events are all of version 1: ${address?.city}, ${address?.country}.`)
  const projection = await daybook.project(countries)
  await projection.reached(await daybook.head())
  say('The read model:')
  for await (const [customer, { city, country }] of projection.entries()) say(`  ${customer}  ${country}  (${city})`)
}
