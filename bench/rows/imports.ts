/** History from elsewhere into an empty store. */
import type { BenchDatabase } from '../databases.ts'
import { history } from '../events.ts'
import type { Context, Row, Sample } from '../row.ts'
import { copyEvents } from '../sides/copy.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withPool } from '../sides/plain-inserts.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import type { Size } from '../size.ts'

/** Events that warm up the compiler; they stand before those that are measured, on both sides. */
const WARM_UP_EVENTS = 20_000

async function measureImport(context: Context, database: BenchDatabase, take: Take): Promise<Sample> {
  const { importEvents } = context.size
  await take(history(WARM_UP_EVENTS, 'before'))
  await database.settle()
  const start = performance.now()
  await take(history(importEvents))
  return { value: (importEvents * 1_000) / (performance.now() - start) }
}

type Take = (events: ReturnType<typeof history>) => Promise<unknown>

const daybook = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, (daybook) => {
    const { signal } = context
    return measureImport(context, database, (events) => daybook.import(events, { signal }))
  }),
)

const copy = onEmptyDatabase('COPY', (context, database) =>
  withPool(database.url, async (pool) => {
    const client = await pool.connect()
    const sample = await measureImport(context, database, (events) => copyEvents(client, events))
    client.release()
    return sample
  }),
)

export function imports({ importEvents }: Size): Row {
  return {
    name: 'import',
    title: `Import of ${importEvents.toLocaleString('en-US')} events`,
    unit: 'events/s',
    sides: [daybook, copy],
    targets: [{ side: 'daybook', against: copy.name, atLeast: 0.8 }],
    note: 'Daybook looks for the version of each stream, and commits each 10,000 events; COPY is one statement.',
  }
}
