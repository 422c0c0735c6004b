/** Customers and their addresses, which had no country when all of them lived in one. */
import { aggregate, event, readModel, reject } from 'daybook'
import { z } from 'zod'

export const CustomerRegistered = event('CustomerRegistered', z.object({ name: z.string() }))

const Address = z.object({ street: z.string(), city: z.string() })

/** Version 1 is what is stored of the years before; it is read as version 2, and stays as it is. */
export const AddressChanged = event('AddressChanged', Address).next(
  Address.extend({ country: z.string() }),
  (before) => ({ ...before, country: 'USA' }),
)

export const Customer = aggregate('customer', {
  events: [CustomerRegistered, AddressChanged],
  initial: { name: '', address: null as null | { street: string; city: string; country: string } },
}).evolve({
  CustomerRegistered: (customer, { name }) => ({ ...customer, name }),
  AddressChanged: (customer, address) => ({ ...customer, address }),
})

export const move = Customer.command('Move', Address.extend({ country: z.string().min(1) }), (customer, address) =>
  customer.name === '' ? reject('NotRegistered') : AddressChanged(address),
)

/** Where each customer lives: it knows today's shape alone. */
export const countries = readModel('customer-countries', {
  events: [AddressChanged],
  key: ({ stream }) => stream.id,
  initial: { country: '', city: '' },
}).evolve({ AddressChanged: (_, { country, city }) => ({ country, city }) })
