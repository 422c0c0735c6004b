/**
 * The Elasticsearch and the OpenSearch of a test run: the server that `DAYBOOK_TEST_ELASTICSEARCH` names (of either
 * product), or else one of each, from what `.ci/install-search` has got. They take a while to start and are shared by
 * all test files, so each is started when the first test asks for it, through a door on loopback that is held open here.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { findSearchBinaries, SEARCH_PRODUCTS, type SearchProduct } from './search-binaries.ts'
import { type SearchServer, startSearch } from './search-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the URL of a server, by product; the server's own URL where it was given; null without any. */
    search: { readonly given: string } | { readonly door: string; readonly products: readonly SearchProduct[] } | null
  }
}

export async function setUpSearch(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.DAYBOOK_TEST_ELASTICSEARCH
  if (given !== undefined && given !== '') {
    console.log(`Elasticsearch or OpenSearch at ${new URL(given).host} (DAYBOOK_TEST_ELASTICSEARCH)`)
    project.provide('search', { given })
    return undefined
  }
  const found = SEARCH_PRODUCTS.map(findSearchBinaries).filter((each) => each !== undefined)
  announce(found.map(({ product }) => product))
  if (found.length === 0) {
    project.provide('search', null)
    return undefined
  }
  const versions = found.map(({ product, version }) => `${product} ${version}`)
  console.log(`${versions.join(' and ')} from .ci/install-search, started when a test asks`)
  const door = new Door()
  project.provide('search', { door: await door.open(), products: found.map(({ product }) => product) })
  return () => door.close()
}

function announce(found: readonly SearchProduct[]): void {
  const missing = SEARCH_PRODUCTS.filter((product) => !found.includes(product))
  if (missing.length === 0) return
  const skipped = `NO ${missing.join(', NO ').toUpperCase()}: every test that needs one (*.elasticsearch.test.ts) IS SKIPPED.`
  const remedy = 'Run .ci/install-search, or set DAYBOOK_TEST_ELASTICSEARCH to the URL of a server of either product.'
  if (process.env.CI === 'true') throw new Error(`${skipped} ${remedy}`)
  console.warn(`\n${skipped}\n${remedy}\n`)
}

/** Answers `GET /elasticsearch` with the URL of a server that it starts once. */
class Door {
  readonly #servers = new Map<string, Promise<SearchServer>>()
  readonly #http: Server = createServer(async (request, response) => {
    try {
      const { url } = await this.#start(request.url?.slice(1) as SearchProduct)
      response.end(url)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })

  async open(): Promise<string> {
    await once(this.#http.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#http.close()
    const started = await Promise.allSettled(this.#servers.values())
    for (const each of started) if (each.status === 'fulfilled') await each.value.close()
  }

  #start(product: SearchProduct): Promise<SearchServer> {
    const server = this.#servers.get(product) ?? startSearch(product)
    this.#servers.set(product, server)
    return server
  }
}
