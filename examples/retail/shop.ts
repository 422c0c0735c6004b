/** The three read models at work, each in its place. */
import type { Daybook, Projection, ReadModelTargets } from 'daybook'
import { MOST_FOUND, searchDescriptions } from '../shared/search.ts'
import { type Figures, sumUp } from './figures.ts'
import type { Places } from './places.ts'
import { catalogue, revenue, stock } from './read-models.ts'

export interface Product {
  readonly code: string
  readonly description: string
  readonly price: number
}

export interface Shop {
  /** Waits until all three have applied everything up to a position. */
  reached(position: number): Promise<void>
  figures(): Promise<Figures>
  /** Products whose description holds the words: the best first. */
  search(words: string): Promise<readonly Product[]>
}

/** Catching up with a month on a slow machine. */
const PATIENCE_MS = 300_000

export async function openShop(daybook: Daybook, { elasticsearch, redis, postgres }: Places): Promise<Shop> {
  const in_ = (targets: ReadModelTargets | undefined) => (targets === undefined ? {} : { targets })
  const products = await daybook.project(catalogue, in_(elasticsearch ?? postgres))
  const moved = await daybook.project(stock, in_(redis ?? postgres))
  const earned = await daybook.project(revenue, in_(postgres))
  return {
    async reached(position) {
      const patience = { timeoutMs: PATIENCE_MS }
      await Promise.all([products, moved, earned].map((projection) => projection.reached(position, patience)))
    },
    figures: () => sumUp(moved.entries(), earned.entries()),
    search: (words) =>
      elasticsearch === undefined ? searchRows(products, words) : searchIndex(elasticsearch, daybook.name, words),
  }
}

async function searchIndex(
  elasticsearch: NonNullable<Places['elasticsearch']>,
  log: string,
  words: string,
): Promise<readonly Product[]> {
  const hits = await searchDescriptions({ targets: elasticsearch, readModel: catalogue, log }, words)
  return hits.map(({ key, row }) => ({ code: key, ...row }))
}

/** Without an index: by looking at each. */
async function searchRows(
  products: Projection<{ readonly description: string; readonly price: number }>,
  words: string,
): Promise<readonly Product[]> {
  const wanted = words.toLowerCase().split(/\s+/)
  const found: Product[] = []
  for await (const [code, row] of products.entries()) {
    const held = row.description.toLowerCase().split(/\W+/)
    if (found.length < MOST_FOUND && wanted.every((word) => held.includes(word))) found.push({ code, ...row })
  }
  return found
}
