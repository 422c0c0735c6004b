/** What projections keep while they are disturbed; the same by other code is in assert-projected.ts. */
import { event, readModel, sqlProjection } from 'daybook'
import type { Random } from 'daybook/testing'
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
