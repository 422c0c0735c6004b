/** The stories of the examples, told on PostgreSQL: they say what they say in memory. */
import { open } from 'daybook'
import { expect, test } from 'vitest'
import { catalogues } from '../../examples/catalogue/story.ts'
import { customers } from '../../examples/customers/story.ts'
import { inventory } from '../../examples/inventory/story.ts'
import { invoices } from '../../examples/invoices/story.ts'
import { orders } from '../../examples/orders/story.ts'
import { told } from '../../examples/told.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

describeOnPostgres('the examples on PostgreSQL', () => {
  const database = useTestDatabase()

  test.each(Object.entries({ invoices, orders, inventory, customers, catalogues }))('%s', async (name, story) => {
    await using daybook = await open(database.url, { log: name })
    const lines: string[] = []
    await story(daybook, (text) => lines.push(...text.split('\n')))
    expect(lines).toEqual(await told(story))
  })
})
