/** Read models in Elasticsearch or OpenSearch: `daybook/elasticsearch`. */
export { elasticsearchTargets } from './elasticsearch-targets.ts'
export type {
  ElasticsearchOptions,
  ElasticsearchTargets,
  Hit,
  IndexMappings,
  IndexSettings,
  SearchOptions,
  SearchResult,
} from './options.ts'
