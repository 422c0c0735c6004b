/** The same read model in Elasticsearch or OpenSearch: products are found by what is said of them, with today's price. */
import { type ElasticsearchTargets, elasticsearchTargets } from 'daybook/elasticsearch'
import { searchDescriptions } from '../shared/search.ts'
import type { Story } from '../story.ts'
import { catalogue, changePrice, delist, list } from './product.ts'
import { PRODUCTS, toPrice } from './products.ts'

/** @param prefix What names of indices begin with. */
export function openSearch(url: string, prefix: string): ElasticsearchTargets {
  const properties = { description: { type: 'text' }, cents: { type: 'integer' } }
  // Whoever has waited for an event finds what came of it.
  return elasticsearchTargets({ url, prefix, mappings: { [catalogue.name]: { properties } }, waitForRefresh: true })
}

export function searches(targets: ElasticsearchTargets): Story {
  return async (daybook, say) => {
    const projection = await daybook.project(catalogue, { targets })
    const look = async (words: string) => {
      await projection.reached(await daybook.head())
      const hits = await searchDescriptions({ targets, readModel: catalogue, log: daybook.name }, words)
      say(`  “${words}” finds ${hits.length === 0 ? 'nothing' : ''}`.trimEnd())
      for (const { row } of hits) say(`    ${row.name.padEnd(15)} ${toPrice(row.cents).padStart(7)}`)
    }

    for (const [id, product] of Object.entries(PRODUCTS)) await daybook.execute(list, id, product)
    say('Shoppers search by what is said of a product:')
    await look('warm light')
    await look('hours')

    await daybook.execute(changePrice, 'lamp', { cents: 3_900 })
    await daybook.execute(delist, 'candle', {})
    say('\nThe lamp becomes cheaper, and the candle is sold out:')
    await look('warm light')
    await look('hours')
  }
}
