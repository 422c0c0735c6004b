/** Reading a whole log, from its beginning to its end, looking at every event. */
import type { PoolClient } from 'pg'
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withPool } from '../sides/plain-inserts.ts'
import { copyRows, type EventRow, selectPage, selectPageAsText } from '../sides/plain-reads.ts'
import type { Size } from '../size.ts'

/** What a program does with the log: a sum over all events. */
class Ledger {
  events = 0
  total = 0

  post(event: { readonly data: unknown }): void {
    this.events++
    this.total += (event.data as EventRow['data']).amount
  }
}

function side(name: string, read: (url: string, ledger: Ledger) => Promise<void>): Side {
  return { name, measure: (context) => measureRead(context, read) }
}

/** Once to warm caches and compiler, on both sides; then once more, measured. */
async function measureRead(context: Context, read: (url: string, ledger: Ledger) => Promise<void>): Promise<Sample> {
  const { logEvents } = context.size
  const database = await context.databases.filled(logEvents)
  await read(database.url, new Ledger())
  await database.settle()
  const ledger = new Ledger()
  const start = performance.now()
  await read(database.url, ledger)
  const tookMs = performance.now() - start
  if (ledger.events !== logEvents) throw new Error(`Read ${ledger.events} of ${logEvents} events.`)
  return { value: (logEvents * 1_000) / tookMs }
}

const oneByOne = side('daybook', (url, ledger) =>
  withDaybook(url, async (daybook) => {
    for await (const event of daybook.read()) ledger.post(event)
  }),
)

const byBatches = side('daybook, by batches', (url, ledger) =>
  withDaybook(url, async (daybook) => {
    for await (const batch of daybook.read().batches()) for (const event of batch) ledger.post(event)
  }),
)

const PAGE_SIZE = 1_000

type SelectPage = (client: PoolClient, after: string, size: number) => Promise<EventRow[]>

function paging(name: string, select: SelectPage): Side {
  return side(name, (url, ledger) =>
    withPool(url, async (pool) => {
      const client = await pool.connect()
      for (let after = '0', rows: EventRow[] = []; ; after = rows.at(-1)?.position ?? after) {
        rows = await select(client, after, PAGE_SIZE)
        for (const row of rows) ledger.post(row)
        if (rows.length < PAGE_SIZE) break
      }
      client.release()
    }),
  )
}

const plainRows = paging('pages of 1,000 plain rows', selectPage)
const textRows = paging('pages of 1,000 rows as text, parsed by hand', selectPageAsText)

const copied = side('COPY TO, parsed by hand', (url, ledger) =>
  withPool(url, async (pool) => {
    const client = await pool.connect()
    for await (const rows of copyRows(client)) for (const row of rows) ledger.post(row)
    client.release()
  }),
)

export function reads({ logEvents }: Size): Row {
  return {
    name: 'read-log',
    title: `Reading a log of ${logEvents.toLocaleString('en-US')} events`,
    unit: 'events/s',
    sides: [oneByOne, byBatches, plainRows, textRows, copied],
    targets: [
      { side: oneByOne.name, against: plainRows.name, atLeast: 1.5 },
      { side: byBatches.name, against: plainRows.name, atLeast: 1.5 },
    ],
  }
}
