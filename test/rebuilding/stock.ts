/**
 * Stock in warehouses, and three read models of it whose keys are found in three ways: the stream, computed from the
 * event, and several at once. What they should hold is folded a second time here, by other code.
 */
import { type AnyReadModel, type Daybook, event, type RecordedEvent, readModel } from 'daybook'
import type { Random } from 'daybook/testing'
import { z } from 'zod'

const move = z.object({ warehouse: z.string(), pieces: z.int() })
const Received = event('Received', move)
const Shipped = event('Shipped', move)
const Counted = event('Counted', z.object({ by: z.string() }))

interface Level {
  readonly pieces: number
  readonly moves: number
  readonly last: string
}

const initial: Level = { pieces: 0, moves: 0, last: '' }
const events = [Received, Shipped]
/** What another program makes of these functions may not be the same to the letter: a version says that they are the same. */
const version = 1

function add(row: Level, pieces: number, { stream }: RecordedEvent): Level | undefined {
  const level = { pieces: row.pieces + pieces, moves: row.moves + 1, last: stream.name }
  // An empty shelf is taken down: rows come and go.
  return level.pieces === 0 ? undefined : level
}

const evolve = {
  Received: (row: Level, { pieces }: z.infer<typeof move>, recorded: RecordedEvent) => add(row, pieces, recorded),
  Shipped: (row: Level, { pieces }: z.infer<typeof move>, recorded: RecordedEvent) => add(row, -pieces, recorded),
}

export const byProduct = readModel('by-product', { events, key: ({ stream }) => stream.id, initial, version }).evolve(
  evolve,
)
export const byWarehouse = readModel('by-warehouse', {
  events,
  key: ({ data }) => data.warehouse,
  initial,
  version,
}).evolve(evolve)
export const byBoth = readModel('by-both', {
  events,
  key: ({ stream, data }) => [`product ${stream.id}`, `warehouse ${data.warehouse}`],
  initial,
  version,
}).evolve(evolve)

export const readModels = [byProduct, byWarehouse, byBoth]

export interface StockOptions {
  readonly random: Random
  readonly events: number
  readonly products: number
  readonly warehouses: number
}

/** A history of so many events. */
export function* stockHistory({ random, events: count, products, warehouses }: StockOptions) {
  for (let n = 0; n < count; n++) {
    const stream = `product-${random.integer(1, products)}`
    const data = { warehouse: `w${random.integer(1, warehouses)}`, pieces: random.integer(1, 3) }
    if (random.chance(0.1)) yield { stream, ...Counted({ by: 'ada' }) }
    else yield { stream, ...(random.chance(0.5) ? Received(data) : Shipped(data)) }
  }
}

/** The fold, by other code. */
export function expectedRows(name: string, log: readonly RecordedEvent[]): Record<string, Level> {
  const rows: Record<string, Level> = {}
  for (const { type, data, stream } of log) {
    if (type === 'Counted') continue
    const { warehouse, pieces } = data as z.infer<typeof move>
    const keys = { 'by-product': [stream.id], 'by-warehouse': [warehouse] }[name] ?? [
      `product ${stream.id}`,
      `warehouse ${warehouse}`,
    ]
    for (const key of keys) {
      const before = rows[key] ?? { pieces: 0, moves: 0 }
      const after = before.pieces + (type === 'Received' ? pieces : -pieces)
      if (after === 0) delete rows[key]
      else rows[key] = { pieces: after, moves: before.moves + 1, last: stream.name }
    }
  }
  return rows
}

/** What is live, up to the end of the log. */
export async function rowsOf(daybook: Daybook, model: AnyReadModel): Promise<Record<string, unknown>> {
  await using projection = await daybook.project(model, { follow: false })
  const rows: Record<string, unknown> = {}
  for await (const [key, row] of projection.entries()) rows[key] = row
  return rows
}
