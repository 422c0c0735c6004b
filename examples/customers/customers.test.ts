import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importLines, inStream, open } from 'daybook'
import { given, stored } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { told } from '../told.ts'
import { AddressChanged, Customer, CustomerRegistered, countries, move } from './customer.ts'
import { customers } from './story.ts'

const before = stored('AddressChanged', 1, { street: '9 Elm Street', city: 'Boston' })
const boston = { street: '9 Elm Street', city: 'Boston', country: 'USA' }
const history = fileURLToPath(new URL('history-of-version-1.jsonl', import.meta.url))

describe('an address of version 1', () => {
  test('is read as one of version 2, in the USA', () => {
    given(before).read(AddressChanged).then(AddressChanged(boston))
  })

  test('makes the state and the rows that one of version 2 would', () => {
    given(Customer, CustomerRegistered({ name: 'Grace' }), before).thenState({ name: 'Grace', address: boston })
    given(inStream('customer-C1', before))
      .project(countries)
      .then({ C1: { city: 'Boston', country: 'USA' } })
  })

  test('cannot be written any more', () => {
    const { country: _, ...address } = boston
    // @ts-expect-error the compiler says so, and so does the schema
    expect(() => AddressChanged(address)).toThrow('data.country')
  })
})

test('a customer moves when there is one', () => {
  given(Customer, CustomerRegistered({ name: 'Grace' }))
    .when(move, boston)
    .then(AddressChanged(boston))
  given(Customer).when(move, boston).thenRejected('NotRegistered')
})

test('what an older release has stored is read in today’s shape, and is stored as it was', async () => {
  const daybook = await open('memory:')
  await importLines(daybook, createReadStream(history))
  const read = await daybook.read({ events: [AddressChanged] }).toArray()
  expect(read.map(({ data }) => data.country)).toEqual(['USA', 'USA', 'USA', 'USA'])
  const asStored = await daybook.read({ types: ['AddressChanged'] }).toArray()
  expect(asStored.map(({ schemaVersion, data }) => [schemaVersion, 'country' in (data as object)])).toEqual(
    Array(4).fill([1, false]),
  )
  expect((await daybook.stateOf(Customer, 'C1')).address).toEqual({
    street: '77 Lake Shore Drive',
    city: 'Chicago',
    country: 'USA',
  })
})

test('the story is told', async () => {
  const said = await told(customers)
  expect(said).toContain('  customer-C1  version 1  {"street":"9 Elm Street","city":"Boston"}')
  expect(said).toContain('  customer-C1  Boston, USA')
  expect(said.slice(-3)).toEqual(['  C1  USA  (Chicago)', '  C2  Canada  (Montréal)', '  C3  USA  (San Francisco)'])
})
