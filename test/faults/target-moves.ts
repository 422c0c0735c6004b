/** What is kept in targets while they are disturbed, and the same by other code. */
import { type Daybook, event, type ReadModelTargets, readModel } from 'daybook'
import { elasticsearchTargets } from 'daybook/elasticsearch'
import { redisTargets } from 'daybook/redis'
import type { Random } from 'daybook/testing'
import { z } from 'zod'

const KEYS = 61
const Moved = event('Moved', z.object({ by: z.int(), also: z.string().nullable() }))
const Emptied = event('Emptied', z.object({}))

export const totals = readModel('target-totals', {
  events: [Moved, Emptied],
  key: ({ stream, data }) => ('also' in data && data.also !== null ? [stream.id, data.also] : stream.id),
  initial: { total: 0, moves: 0, last: 0 },
  // The test's own process and the others are compiled by different tools: their functions' source is not the same.
  version: 1,
}).evolve({
  // The order shows in it, and so does an event that is applied twice.
  Moved: (row, { by }) => ({ total: row.total + by, moves: row.moves + 1, last: (row.last * 31 + by) % 1_000_003 }),
  Emptied: () => undefined,
})

export function* moves(random: Random, count: number) {
  for (let n = 0; n < count; n++) {
    const stream = `thing-${random.integer(1, KEYS)}`
    const also = random.integer(1, 10) === 1 ? String(random.integer(1, KEYS)) : null
    yield { stream, ...(n % 23 === 22 ? Emptied({}) : Moved({ by: random.integer(1, 1_000), also })) }
  }
}

/** Row and position of each key, as plain code makes them of the log. */
export async function expectedRows(daybook: Daybook): Promise<Map<string, unknown>> {
  const rows = new Map<string, { total: number; moves: number; last: number; position: number }>()
  for await (const { type, data, stream, position } of daybook.read()) {
    if (type === 'Emptied') rows.delete(stream.id)
    if (type !== 'Moved') continue
    const { by, also } = data as { by: number; also: string | null }
    for (const key of new Set([stream.id, also ?? stream.id])) {
      const { total, moves: before, last } = rows.get(key) ?? { total: 0, moves: 0, last: 0 }
      rows.set(key, { total: total + by, moves: before + 1, last: (last * 31 + by) % 1_000_003, position })
    }
  }
  return rows
}

/** The same as the targets have them. */
export async function foundRows(daybook: Daybook, targets: ReadModelTargets): Promise<Map<string, unknown>> {
  const rows = new Map<string, unknown>()
  const target = await targets.open(daybook.name, totals.name)
  for await (const [key, row, position] of target.entries()) rows.set(key, { ...(row as object), position })
  return rows
}

/** Tells another process which targets to use. */
export interface TargetAddress {
  readonly kind: 'redis' | 'elasticsearch'
  readonly url: string
  readonly prefix: string
}

export function openTargets({ kind, url, prefix }: TargetAddress): ReadModelTargets & { close(): Promise<void> } {
  if (kind === 'redis') return redisTargets({ url, prefix })
  return { ...elasticsearchTargets({ url, prefix }), close: async () => {} }
}
