/** A projection loses its server in the middle of its work, again and again, and is the fold of the log in the end. */
import { event, open, readModel } from 'daybook'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeOnOwnPostgres } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

const EVENTS = 30_000
const KEYS = 97
const Moved = event('Moved', z.object({ by: z.int() }))
const totals = readModel('totals', {
  events: [Moved],
  key: ({ stream }) => stream.id,
  initial: { total: 0, moves: 0 },
}).evolve({ Moved: (row, { by }) => ({ total: row.total + by, moves: row.moves + 1 }) })

describeOnOwnPostgres(`a projection whose server is killed (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  test('goes on by itself, and has applied each event once', async () => {
    await using server = await startPostgres()
    await using daybook = await open(server.url)
    await daybook.import(history())
    const projection = await daybook.project(totals)
    const random = new Random(SEED)
    for (let round = 1; round <= 4 && projection.checkpoint < EVENTS; round++) {
      const goal = projection.checkpoint + random.integer(1, 5_000)
      while (projection.checkpoint < Math.min(goal, EVENTS)) await new Promise((resolve) => setImmediate(resolve))
      await server.stop('immediate')
      await server.start()
    }
    await projection.reached(EVENTS, { timeoutMs: 60_000 })
    expect(projection.failure).toBeUndefined()
    const rows = new Map<string, unknown>()
    for await (const [key, row] of projection.entries()) rows.set(key, row)
    expect(rows).toEqual(expectedRows())
  })
})

function* history() {
  for (let n = 0; n < EVENTS; n++) yield { stream: `thing-${n % KEYS}`, ...Moved({ by: n }) }
}

/** The same fold, by other code. */
function expectedRows(): Map<string, { total: number; moves: number }> {
  const rows = new Map<string, { total: number; moves: number }>()
  for (let n = 0; n < EVENTS; n++) {
    const key = String(n % KEYS)
    const { total, moves } = rows.get(key) ?? { total: 0, moves: 0 }
    rows.set(key, { total: total + n, moves: moves + 1 })
  }
  return rows
}
