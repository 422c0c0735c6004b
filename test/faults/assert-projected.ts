import { type Daybook, isSqlStore } from 'daybook'
import { expect } from 'vitest'
import { journal, totals } from './projected-moves.ts'

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
