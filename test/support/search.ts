/**
 * Elasticsearch and OpenSearch for tests: the same tests run on each that there is. The servers are shared by all test
 * files, so that a test takes a prefix of its own, and what has that prefix is removed at its end.
 *
 *     describeOnSearch((server) => {
 *       test('…', () => elasticsearchTargets({ url: server.url, prefix: server.prefix }))
 *     })
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { SEARCH_PRODUCTS, type SearchProduct } from './search-binaries.ts'

export interface SearchUnderTest {
  /** May be read when the tests run. */
  readonly url: string
  readonly prefix: string
}

/** On a machine with two cores that are busy, a server takes its time. */
const START_TIMEOUT_MS = 180_000

const found = inject('search')
const given = found !== null && 'given' in found ? found.given : undefined
const products: readonly SearchProduct[] = found !== null && 'door' in found ? found.products : []

/** Whether `startSearch` can start a server of the test's own. */
export function canStartSearch(product: SearchProduct): boolean {
  return products.includes(product)
}

/** Declares the tests for each product, or for the server that was given. */
export function describeOnSearch(tests: (server: SearchUnderTest) => void): void {
  if (given !== undefined) {
    describe('on the server that was given', () => tests(useSearch(async () => given)))
    return
  }
  for (const product of SEARCH_PRODUCTS) {
    describe.skipIf(!canStartSearch(product))(`on ${product}`, () => tests(useSearch(() => ask(product))))
  }
}

/** The server of the run, of the first product that there is, for the tests of the enclosing `describe` or file. */
export function useAnySearch(): SearchUnderTest {
  const [product] = products
  return useSearch(async () => given ?? (product === undefined ? '' : await ask(product)))
}

/** What a test that needs no certain product is declared with. */
export const describeOnAnySearch = describe.skipIf(found === null)

function useSearch(find: () => Promise<string>): SearchUnderTest {
  const prefix = `daybook-test-${randomBytes(6).toString('hex')}`
  let url: string | undefined
  beforeAll(async () => {
    url = await find()
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    if (url !== undefined) await removeIndices(url, prefix)
  })
  return {
    prefix,
    get url() {
      if (url === undefined) throw new Error('The server is started before the first test: read its url in a test.')
      return url
    },
  }
}

async function ask(product: SearchProduct): Promise<string> {
  if (found === null || !('door' in found)) throw new Error('There is no server: declare tests with describeOnSearch.')
  const response = await fetch(`${found.door}/${product}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}

/** By their names, one by one: servers refuse to delete by a pattern. */
async function removeIndices(url: string, prefix: string): Promise<void> {
  const response = await fetch(`${url}/${prefix}*/_settings?expand_wildcards=all&filter_path=*.settings.index.uuid`)
  for (const index of Object.keys((await response.json()) as object))
    await fetch(`${url}/${encodeURIComponent(index)}`, { method: 'DELETE' })
}
