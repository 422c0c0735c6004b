import { inStream } from 'daybook'
import { given } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { told } from '../told.ts'
import {
  catalogue,
  changePrice,
  delist,
  list,
  PriceChanged,
  Product,
  ProductDelisted,
  ProductListed,
} from './product.ts'
import { catalogues } from './story.ts'

const lamp = { name: 'Reading lamp', description: 'A warm light', category: 'light', cents: 4_900 }
const listed = ProductListed(lamp)

describe('a product', () => {
  test('is listed once at a time', () => {
    given(Product).when(list, lamp).then(listed)
    given(Product, listed).when(list, lamp).thenRejected('ListedAlready')
    given(Product, listed, ProductDelisted({})).when(list, lamp).then(listed)
  })

  test('changes its price only to another one', () => {
    given(Product, listed)
      .when(changePrice, { cents: 3_900 })
      .then(PriceChanged({ cents: 3_900 }))
    given(Product, listed).when(changePrice, { cents: 4_900 }).thenNothing()
    given(Product, listed, ProductDelisted({})).when(changePrice, { cents: 1 }).thenRejected('NotListed')
    given(Product).when(delist, {}).thenNothing()
  })
})

describe('the catalogue', () => {
  test('shows what is on offer, and what became cheaper', () => {
    given(
      inStream('product-lamp', [listed, PriceChanged({ cents: 3_900 })]),
      inStream('product-chair', [listed, PriceChanged({ cents: 5_900 })]),
      inStream('product-candle', [listed, ProductDelisted({})]),
    )
      .project(catalogue)
      .then({
        lamp: { ...lamp, cents: 3_900, insteadOfCents: 4_900 },
        chair: { ...lamp, cents: 5_900, insteadOfCents: null },
      })
  })
})

test('the story is told', async () => {
  const said = await told(catalogues)
  expect(said).toContain('  lamp    Reading lamp    light        39.00  (was 49.00)')
  expect(said.filter((line) => line.includes('Beeswax'))).toHaveLength(1)
  expect(said.at(-1)).toContain('position 7')
})
