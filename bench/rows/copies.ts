/** A log from one database into another. */
import { copyLog } from '#daybook'
import { history } from '../events.ts'
import type { Context, Row, Side } from '../row.ts'
import { copyEvents } from '../sides/copy.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withPool } from '../sides/plain-inserts.ts'
import { selectPageAsText } from '../sides/plain-reads.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import type { Size } from '../size.ts'

const copied = onEmptyDatabase('daybook', async (context, database) => {
  const source = await context.databases.filled(context.size.logEvents)
  return await withDaybook(source.url, (from) =>
    withDaybook(database.url, (to) => rateOf(context, () => copyLog(from, to, { signal: context.signal }))),
  )
})

const PAGE_SIZE = 1_000

const read: Side = {
  name: 'pages of 1,000 rows as text, parsed by hand',
  measure: async (context) => {
    const source = await context.databases.filled(context.size.logEvents)
    return await withPool(source.url, async (pool) => {
      const client = await pool.connect()
      const sample = await rateOf(context, async () => {
        for (let after = '0', length = PAGE_SIZE; length === PAGE_SIZE; ) {
          const rows = await selectPageAsText(client, after, PAGE_SIZE)
          after = rows.at(-1)?.position ?? after
          length = rows.length
        }
      })
      client.release()
      return sample
    })
  },
}

const imported = onEmptyDatabase('COPY', (context, database) =>
  withPool(database.url, async (pool) => {
    const client = await pool.connect()
    const sample = await rateOf(context, () => copyEvents(client, history(context.size.logEvents)))
    client.release()
    return sample
  }),
)

async function rateOf({ size }: Context, work: () => Promise<unknown>) {
  const start = performance.now()
  await work()
  return { value: (size.logEvents * 1_000) / (performance.now() - start) }
}

export function copies({ logEvents }: Size): Row {
  return {
    name: 'copy',
    title: `Copying a log of ${logEvents.toLocaleString('en-US')} events into another database`,
    unit: 'events/s',
    sides: [copied, read, imported],
    targets: [{ side: copied.name, against: imported.name, atLeast: 0.5 }],
    note: 'COPY, the import, is the slower of the two that a copy is made of.',
  }
}
