/** The catalogue in an index: its story is told on real servers. */
import { expect, test } from 'vitest'
import { openSearch, searches } from '../../examples/catalogue/search.ts'
import { told } from '../../examples/told.ts'
import { describeOnSearch } from '../support/search.ts'

describeOnSearch((server) => {
  test('products are found by their descriptions with the price of the day, and no more when they are gone', async () => {
    expect(await told(searches(openSearch(server.url, server.prefix)))).toEqual([
      'Shoppers search by what is said of a product:',
      '  “warm light” finds',
      '    Reading lamp      49.00',
      '  “hours” finds',
      '    Beeswax candle    12.00',
      '',
      'The lamp becomes cheaper, and the candle is sold out:',
      '  “warm light” finds',
      '    Reading lamp      39.00',
      '  “hours” finds nothing',
    ])
  })
})
