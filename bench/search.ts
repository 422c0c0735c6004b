/** The Elasticsearch or OpenSearch of a run: our own, started when the first row asks for it. */
import { findSearchBinaries, SEARCH_PRODUCTS } from '../test/support/search-binaries.ts'
import { type SearchServer, startSearch } from '../test/support/search-server.ts'

export class SearchServers {
  #server: Promise<SearchServer> | undefined

  /** @throws when `.ci/install-search` has not been run */
  any(): Promise<SearchServer> {
    const product = SEARCH_PRODUCTS.find((each) => findSearchBinaries(each) !== undefined) ?? SEARCH_PRODUCTS[0]
    this.#server ??= startSearch(product)
    return this.#server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#server)?.close()
  }
}

export function hasSearch(): boolean {
  return SEARCH_PRODUCTS.some((product) => findSearchBinaries(product) !== undefined)
}
