/** What projections keep while they are disturbed, and the same by other code. */
import { type Daybook, event, isSqlStore, readModel, sqlProjection } from 'daybook'
import type { Random } from 'daybook/testing'
import { expect } from 'vitest'
import { z } from 'zod'

const KEYS = 61
const Moved = event('Moved', z.object({ by: z.int(), also: z.string().nullable() }))
const Idled = event('Idled', z.object({}))

export const totals = readModel('moved-totals', {
  events: [Moved],
  key: ({ stream, data }) => (data.also === null ? stream.id : [stream.id, data.also]),
  initial: { total: 0, moves: 0, last: 0 },
  // The test's own process and the others are compiled by different tools: their functions' source is not the same.
  version: 1,
}).evolve({
  // The order shows in it, and so does an event that is applied twice.
  Moved: (row, { by }) => ({ total: row.total + by, moves: row.moves + 1, last: (row.last * 31 + by) % 1_000_003 }),
})

export const JOURNAL_TABLE = 'create table journal (position bigint not null, thing text not null, by integer not null)'

export const journal = sqlProjection('moved-journal', {
  events: [Moved],
  applyBatch: (client, events) =>
    client.query(
      `insert into journal select * from json_to_recordset($1::json) as e (position bigint, thing text, by integer)`,
      [JSON.stringify(events.map(({ position, stream, data }) => ({ position, thing: stream.id, by: data.by })))],
    ),
})

export function* moves(random: Random, count: number) {
  for (let n = 0; n < count; n++) {
    const stream = `thing-${random.integer(1, KEYS)}`
    const also = random.integer(1, 10) === 1 ? String(random.integer(1, KEYS)) : null
    yield { stream, ...(n % 5 === 4 ? Idled({}) : Moved({ by: random.integer(1, 1_000), also })) }
  }
}

/** Asserts that rows and table are document by document what plain code makes of the log. */
export async function assertProjected(daybook: Daybook): Promise<void> {
  const rows = new Map<string, { total: number; moves: number; last: number }>()
  const entries: string[] = []
  for await (const { type, data, stream, position } of daybook.read()) {
    if (type !== 'Moved') continue
    const { by, also } = data as { by: number; also: string | null }
    entries.push(`${position} ${stream.id} ${by}`)
    for (const key of new Set([stream.id, also ?? stream.id])) {
      const { total, moves: before, last } = rows.get(key) ?? { total: 0, moves: 0, last: 0 }
      rows.set(key, { total: total + by, moves: before + 1, last: (last * 31 + by) % 1_000_003 })
    }
  }
  const projection = await daybook.project(totals, { follow: false })
  const found = new Map<string, unknown>()
  for await (const [key, row] of projection.entries()) found.set(key, row)
  expect(found).toEqual(rows)
  await daybook.project(journal, { follow: false })
  if (!isSqlStore(daybook.store)) throw new Error('The journal is in SQL.')
  const listed = await daybook.store.database.transaction((client) =>
    client.query('select position, thing, by from journal order by position'),
  )
  expect(listed.rows.map(({ position, thing, by }) => `${position} ${thing} ${by}`)).toEqual(entries)
}
