import type { ReadModelTargets } from '../../store/index.ts'

export interface ElasticsearchOptions {
  /** Such as `https://search.example.org:9200`. A user and password in it are sent as basic authentication. */
  readonly url: string
  /** An API key in its encoded form. */
  readonly apiKey?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the names of all our indices begin with: `daybook` when absent. Lower case letters, digits, `-`, `_` and `.`. */
  readonly prefix?: string
  /** By read model: what its index is created with, beside our own field. It holds from the next generation on. */
  readonly mappings?: Readonly<Record<string, IndexMappings>>
  /** By read model: index settings, such as `{ number_of_replicas: 0 }`. They hold from the next generation on. */
  readonly settings?: Readonly<Record<string, IndexSettings>>
  /** How soon a search finds what was written: 200 ms when absent. */
  readonly refreshIntervalMs?: number
  /** True: a batch counts as applied only when a search finds it. A batch then takes up to the refresh interval. */
  readonly waitForRefresh?: boolean
  /** How long to wait for an answer before asking again: 30,000 ms when absent. */
  readonly requestTimeoutMs?: number
  /** How large a `_bulk` request may grow: 5 MiB when absent. A row that is larger by itself goes alone. */
  readonly bulkBytes?: number
  /** The caller's own, where requests have to be signed or go through a dispatcher. */
  readonly fetch?: typeof fetch
}

/** As Elasticsearch has them: `properties`, `dynamic`, `dynamic_templates` … */
export type IndexMappings = Readonly<Record<string, unknown>>
/** As Elasticsearch has them: `number_of_shards`, `analysis` … */
export type IndexSettings = Readonly<Record<string, unknown>>

export interface ElasticsearchTargets extends ReadModelTargets {
  /** The alias that the live rows of a read model are searched under, by whatever client. */
  aliasOf(readModel: string, log?: string): string
  /**
   * Searches the live rows of a read model with a request body of Elasticsearch's search API.
   * @throws `target-refused` when the server refuses the query; `connection-lost`
   * @example
   * const { hits } = await targets.search(catalogue, { query: { match: { description: 'lantern' } } })
   */
  search<Row>(
    readModel: { readonly name: string; readonly initial: Row },
    body: object,
    options?: SearchOptions,
  ): Promise<SearchResult<Row>>
}

export interface SearchOptions {
  /** `main` when absent. */
  readonly log?: string
  readonly signal?: AbortSignal
}

export interface SearchResult<Row> {
  /** How many rows match; above 10,000 only with `track_total_hits` in the body. */
  readonly total: number
  readonly hits: readonly Hit<Row>[]
  /** The whole answer, as the server has it: aggregations, highlights … */
  readonly answer: unknown
}

export interface Hit<Row> {
  readonly key: string
  readonly row: Row
  /** Of the event that last changed it. */
  readonly position: number
  /** Null where the query sorts. */
  readonly score: number | null
}
