/** What a careful person writes by hand with `pg`: named statements, so that plans are kept; ids that sort by time. */
import { type ClientBase, Pool } from 'pg'
import { v7 as newId } from 'uuid'
import type { BenchEvent } from '../events.ts'

export const POOL_SIZE = 10

export async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>, max = POOL_SIZE): Promise<T> {
  const pool = new Pool({ connectionString: url, max })
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const INSERT = {
  name: 'insert',
  text: `insert into bench.events (stream, category, version, id, type, schema_version, data, metadata)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
}

/** One statement, which commits by itself; the unique index on stream and version guards it. */
export async function insertEvent(
  client: Pool | ClientBase,
  stream: string,
  version: number,
  event: BenchEvent,
): Promise<void> {
  const { type, data, metadata } = event
  const values = [stream, toCategory(stream), version, newId(), type, 1, JSON.stringify(data), JSON.stringify(metadata)]
  await client.query({ ...INSERT, values })
}

const SELECT_VERSION = {
  name: 'select-version',
  text: `select coalesce(max(version), 0) as version from bench.events where log = 'main' and stream = $1`,
}

/** Begin, look at the version, insert, commit: four round trips. */
export async function insertInTransaction(pool: Pool, stream: string, event: BenchEvent): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query({ ...SELECT_VERSION, values: [stream] })
    if (rows[0].version !== 0) throw new Error(`${stream} exists.`)
    await insertEvent(client, stream, 1, event)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const INSERT_MANY = {
  name: 'insert-many',
  text: `insert into bench.events (stream, category, version, id, type, schema_version, data, metadata)
         select * from unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::text[], $6::smallint[],
           $7::json[], $8::json[])`,
}

export interface PlacedEvent {
  readonly stream: string
  readonly version: number
  readonly event: BenchEvent
}

/** Many rows by one statement. */
export async function insertMany(client: Pool | ClientBase, placed: readonly PlacedEvent[]): Promise<void> {
  const values = [
    placed.map(({ stream }) => stream),
    placed.map(({ stream }) => toCategory(stream)),
    placed.map(({ version }) => version),
    placed.map(() => newId()),
    placed.map(({ event }) => event.type),
    placed.map(() => 1),
    placed.map(({ event }) => JSON.stringify(event.data)),
    placed.map(({ event }) => JSON.stringify(event.metadata)),
  ]
  await client.query({ ...INSERT_MANY, values })
}

export function toCategory(stream: string): string {
  return stream.slice(0, stream.indexOf('-'))
}
