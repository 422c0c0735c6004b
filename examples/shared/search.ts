/** A search by description, in an index of Elasticsearch or OpenSearch that a read model is kept in. */
import type { ElasticsearchTargets } from 'daybook/elasticsearch'

/** A read model that can be searched, in one log. */
export interface Searched<Row extends { readonly description: string }> {
  readonly targets: ElasticsearchTargets
  readonly readModel: { readonly name: string; readonly initial: Row }
  readonly log: string
}

export const MOST_FOUND = 5

/** Rows whose description holds all of the words: the best first. */
export async function searchDescriptions<Row extends { readonly description: string }>(
  { targets, readModel, log }: Searched<Row>,
  words: string,
) {
  const query = { match: { description: { query: words, operator: 'and' } } }
  const { hits } = await targets.search(readModel, { size: MOST_FOUND, query }, { log })
  return hits
}
