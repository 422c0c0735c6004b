/** Products and their prices, and the catalogue that shoppers look at. */
import { aggregate, event, readModel, reject } from 'daybook'
import { z } from 'zod'

const cents = z.int().positive()

export const ProductListed = event(
  'ProductListed',
  z.object({ name: z.string(), description: z.string(), category: z.string(), cents }),
)
export const PriceChanged = event('PriceChanged', z.object({ cents }))
export const ProductDelisted = event('ProductDelisted', z.object({}))

export const Product = aggregate('product', {
  events: [ProductListed, PriceChanged, ProductDelisted],
  initial: { listed: false, cents: 0 },
}).evolve({
  ProductListed: (_, { cents }) => ({ listed: true, cents }),
  PriceChanged: (product, { cents }) => ({ ...product, cents }),
  ProductDelisted: (product) => ({ ...product, listed: false }),
})

export const list = Product.command(
  'ListProduct',
  z.object({ name: z.string().min(1), description: z.string(), category: z.string().min(1), cents }),
  (product, input) => (product.listed ? reject('ListedAlready') : ProductListed(input)),
)

export const changePrice = Product.command('ChangePrice', z.object({ cents }), (product, input) => {
  if (!product.listed) return reject('NotListed')
  return product.cents === input.cents ? undefined : PriceChanged(input)
})

export const delist = Product.command('DelistProduct', z.object({}), (product) =>
  product.listed ? ProductDelisted({}) : undefined,
)

interface CatalogueRow {
  readonly name: string
  readonly description: string
  readonly category: string
  readonly cents: number
  /** The price before, where the last change made it cheaper. */
  readonly insteadOfCents: number | null
}

/** One row for each product on offer. The same definition runs in memory and in PostgreSQL. */
export const catalogue = readModel('catalogue', {
  events: [ProductListed, PriceChanged, ProductDelisted],
  key: ({ stream }) => stream.id,
  initial: { name: '', description: '', category: '', cents: 0, insteadOfCents: null } as CatalogueRow,
}).evolve({
  ProductListed: (_, product) => ({ ...product, insteadOfCents: null }),
  PriceChanged: (row, { cents }) => ({ ...row, cents, insteadOfCents: cents < row.cents ? row.cents : null }),
  ProductDelisted: () => undefined,
})
