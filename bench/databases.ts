/**
 * The databases of a run. Each measurement that writes gets an empty one of its own, cloned from a template that holds
 * the tables of all sides; those that read share one that is filled once.
 */

import { Client } from 'pg'
import { open } from '#daybook'
import type { PostgresServer } from '../test/support/postgres-server.ts'
import { history } from './events.ts'
import { prepareEmmett } from './sides/emmett.ts'
import { preparePlainTable } from './sides/plain-table.ts'

export interface BenchDatabase {
  readonly url: string
  /** Takes statistics, cleans up, writes what is dirty: the same before each measurement, whoever's turn it is. */
  settle(): Promise<void>
  drop(): Promise<void>
}

const TEMPLATE = 'bench_template'

export class Databases {
  readonly #server: PostgresServer
  readonly #onFilling: (events: number, of: number) => void
  readonly #filled = new Map<number, Promise<BenchDatabase>>()
  #count = 0

  private constructor(server: PostgresServer, onFilling: (events: number, of: number) => void) {
    this.#server = server
    this.#onFilling = onFilling
  }

  /** `onFilling` is told how far the filling of a log has come. */
  static async prepare(server: PostgresServer, onFilling: (events: number, of: number) => void): Promise<Databases> {
    await run(server.url, `create database ${TEMPLATE}`)
    const url = toUrl(server, TEMPLATE)
    const daybook = await open(url)
    await daybook.close()
    await preparePlainTable(url)
    await prepareEmmett(url)
    return new Databases(server, onFilling)
  }

  /** With everybody's tables, and nothing in them. */
  async create(): Promise<BenchDatabase> {
    const name = `bench_${++this.#count}`
    await run(this.#server.url, `create database ${name} template ${TEMPLATE}`)
    const url = toUrl(this.#server, name)
    return {
      url,
      settle: async () => {
        await run(url, 'vacuum analyze')
        await run(url, 'checkpoint')
      },
      // Without `force`: it waits for sessions that are ending, and complains of those that were forgotten.
      drop: () => run(this.#server.url, `drop database ${name}`),
    }
  }

  /** With a history of so many events in the daybook: made once, for all who only read it. */
  filled(events: number): Promise<BenchDatabase> {
    const filled = this.#filled.get(events) ?? this.fill(events)
    this.#filled.set(events, filled)
    return filled
  }

  /** The same, for one who writes to it. */
  async fill(events: number): Promise<BenchDatabase> {
    const database = await this.create()
    const daybook = await open(database.url)
    await daybook.import(history(events), { onProgress: (imported) => this.#onFilling(imported, events) })
    await daybook.close()
    await database.settle()
    return database
  }
}

function toUrl(server: PostgresServer, database: string): string {
  const url = new URL(server.url)
  url.pathname = `/${database}`
  return url.href
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
