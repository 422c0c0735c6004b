/** Read models catching up with a log that is there: what they are made of beside it. */
import type { Pool } from 'pg'
import { memoryTargets } from '#daybook/memory'
import type { BenchDatabase } from '../databases.ts'
import { keyOf, type SumRow, sums } from '../projections.ts'
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { emmettProjection } from '../sides/emmett-projection.ts'
import { withPool } from '../sides/plain-inserts.ts'
import { type EventRow, selectPage } from '../sides/plain-reads.ts'
import type { Size } from '../size.ts'

const KEYS = 10_000
const PAGE_SIZE = 1_000

/** Each measurement has rows of its own, beside the same log. */
let measurements = 0

function side(name: string, work: (database: BenchDatabase, context: Context) => Promise<void>): Side {
  return { name, measure: (context) => measure(context, work) }
}

async function measure(context: Context, work: (database: BenchDatabase, context: Context) => Promise<void>) {
  const { logEvents } = context.size
  const database = await context.databases.filled(logEvents)
  await database.settle()
  measurements++
  const start = performance.now()
  await work(database, context)
  return { value: (logEvents * 1_000) / (performance.now() - start) } satisfies Sample
}

const inMemory = side('daybook', ({ url }) =>
  withDaybook(url, async (daybook) => {
    await daybook.project(sums(`memory-${measurements}`, KEYS), { targets: memoryTargets(), follow: false })
  }),
)

const bareRead = side('the bare read of the same events', ({ url }) =>
  withDaybook(url, async (daybook) => {
    let total = 0
    for await (const batch of daybook.read().batches()) total += batch.length
    if (total === 0) throw new Error('Nothing was read.')
  }),
)

export function memoryReadModel({ logEvents }: Size): Row {
  return {
    name: 'read-model-memory',
    title: `In-memory read model over ${logEvents.toLocaleString('en-US')} events, 10,000 keys`,
    unit: 'events/s',
    sides: [inMemory, bareRead],
    targets: [{ side: inMemory.name, against: bareRead.name, atLeast: 0.8 }],
  }
}

function inPostgres(keysOf: (context: Context) => number): Side {
  return side('daybook', ({ url }, context) =>
    withDaybook(url, async (daybook) => {
      await daybook.project(sums(`postgres-${measurements}`, keysOf(context)), { follow: false })
    }),
  )
}

const fewKeys = inPostgres(() => KEYS)
const newKeys = inPostgres(({ size }) => size.logEvents)

/** As one writes it: for each page a transaction that reads the rows, folds, upserts them, and keeps the checkpoint. */
const byHand = side('fold, upsert and checkpoint per 1,000 events', ({ url }) =>
  withPool(url, async (pool) => {
    await createTables(pool)
    const client = await pool.connect()
    for (let after = '0', page: EventRow[] = []; ; after = page.at(-1)?.position ?? after) {
      page = await selectPage(client, after, PAGE_SIZE)
      if (page.length > 0) await foldPage(client, page)
      if (page.length < PAGE_SIZE) break
    }
    client.release()
    await dropTables(pool)
  }),
)

type Queryable = Pick<Pool, 'query'>

async function createTables(pool: Queryable): Promise<void> {
  await pool.query(`create table bench_rows (key text collate "C" primary key, document jsonb not null)`)
  await pool.query('create table bench_checkpoint (position bigint not null)')
  await pool.query('insert into bench_checkpoint values (0)')
}

async function dropTables(pool: Queryable): Promise<void> {
  await pool.query('drop table bench_rows, bench_checkpoint')
}

async function foldPage(client: Queryable, page: readonly EventRow[]): Promise<void> {
  await client.query('begin')
  const keys = page.map(({ metadata }) => keyOf(metadata, KEYS))
  const found = await client.query<{ key: string; document: SumRow }>(
    'select key, document from bench_rows where key = any ($1)',
    [[...new Set(keys)]],
  )
  const rows = new Map(found.rows.map(({ key, document }) => [key, document]))
  for (const [place, { data }] of page.entries()) {
    const key = keys[place] as string
    const { sum, count } = rows.get(key) ?? { sum: 0, count: 0 }
    rows.set(key, { sum: sum + data.amount, count: count + 1 })
  }
  await upsert(client, [...rows])
  await client.query('update bench_checkpoint set position = $1', [page.at(-1)?.position])
  await client.query('commit')
}

async function upsert(client: Queryable, rows: readonly (readonly [string, SumRow])[]): Promise<void> {
  await client.query(
    `insert into bench_rows (key, document) select * from unnest($1::text[], $2::jsonb[])
     on conflict (key) do update set document = excluded.document`,
    [rows.map(([key]) => key), rows.map(([, row]) => JSON.stringify(row))],
  )
}

const bareUpsert = side('the bare upsert of as many rows, 1,000 at a time', ({ url }, { size }) =>
  withPool(url, async (pool) => {
    await createTables(pool)
    const client = await pool.connect()
    for (let from = 0; from < size.logEvents; from += PAGE_SIZE) {
      const rows = Array.from(
        { length: PAGE_SIZE },
        (_, n) => [`key-${from + n}`, { sum: from + n, count: 1 }] as const,
      )
      await upsert(client, rows)
    }
    client.release()
    await dropTables(pool)
  }),
)

export function postgresReadModel({ logEvents }: Size): Row {
  return {
    name: 'read-model-postgres',
    title: `PostgreSQL read model over ${logEvents.toLocaleString('en-US')} events, 10,000 keys`,
    unit: 'events/s',
    sides: [fewKeys, byHand, emmettProjection(KEYS)],
    targets: [{ side: fewKeys.name, against: byHand.name, atLeast: 1.2 }],
  }
}

export function postgresNewKeys({ logEvents }: Size): Row {
  return {
    name: 'read-model-new-keys',
    title: `PostgreSQL read model over ${logEvents.toLocaleString('en-US')} events, a new key each`,
    unit: 'events/s',
    sides: [newKeys, bareUpsert],
    targets: [{ side: newKeys.name, against: bareUpsert.name, atLeast: 0.6 }],
  }
}
