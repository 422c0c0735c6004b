/** Where Elasticsearch and OpenSearch are, as `.ci/install-search` unzips them, and the Java that runs them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

export const SEARCH_PRODUCTS = ['elasticsearch', 'opensearch'] as const
export type SearchProduct = (typeof SEARCH_PRODUCTS)[number]

export interface SearchBinaries {
  readonly product: SearchProduct
  readonly version: string
  readonly folder: string
  readonly javaHome: string
}

/** Undefined when this machine lacks the product, or a Java. */
export function findSearchBinaries(product: SearchProduct): SearchBinaries | undefined {
  const home = process.env.DAYBOOK_SEARCH_HOME || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), CACHE)
  const names = existsSync(home) ? readdirSync(home) : []
  const name = names.find((each) => each.startsWith(`${product}-`) && existsSync(join(home, each, 'bin', product)))
  const javaHome = findJavaHome()
  if (name === undefined || javaHome === undefined) return undefined
  return { product, version: name.slice(product.length + 1), folder: join(home, name), javaHome }
}

const CACHE = join('daybook', 'search')

function findJavaHome(): string | undefined {
  const given = process.env.JAVA_HOME
  if (given !== undefined && existsSync(join(given, 'bin', 'java'))) return given
  try {
    const java = execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim()
    return dirname(dirname(realpathSync(java)))
  } catch {
    return undefined // Not installed.
  }
}
