import { parseArgs } from 'node:util'
import { tell } from '../story.ts'
import { openSearch, searches } from './search.ts'
import { catalogues } from './story.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { search: { type: 'string' } } })
const [store] = positionals

await tell(catalogues, store)
if (values.search === undefined) {
  console.log('\nWith --search and the URL of an Elasticsearch or OpenSearch, products are searched, too.')
} else {
  console.log()
  await tell(searches(openSearch(values.search, 'daybook-story')), store)
}
