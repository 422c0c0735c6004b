/** The tables of a read model's rows: one for each generation, rows of all logs in it, and a view over them. */
import type { SqlClient } from '../../store/index.ts'
import { readLayout } from './columns.ts'
import type { Holdings, KnownGeneration } from './holdings.ts'
import type { Layout } from './layout.ts'
import { findShapes, showLive } from './live-view.ts'
import { CREATE_SCHEMA, FIND_SCHEMA, FIND_TABLE, toStatements, toTable } from './statements.ts'

export class RowTables implements Holdings {
  readonly #log: string
  readonly #readModel: string
  readonly #layout: Layout

  /** @param layout Of what is made from now on; what is there may have another. */
  constructor(log: string, readModel: string, layout: Layout) {
    this.#log = log
    this.#readModel = readModel
    this.#layout = layout
  }

  /** A role that may not create anything can still use a table that is there. */
  async add(client: SqlClient, { id }: Pick<KnownGeneration, 'id'>): Promise<void> {
    const shape = { id, layout: this.#layout }
    const statements = toStatements(this.#readModel, shape)
    // `if not exists` asks for the right to create also where there is nothing to create.
    if (!(await isFound(client, FIND_SCHEMA, []))) await client.query(CREATE_SCHEMA)
    if (!(await isFound(client, FIND_TABLE, [toTable(this.#readModel, shape)]))) {
      for (const create of [statements.createTable, ...statements.createIndexes]) await client.query(create)
      await showLive(client, this.#readModel)
    }
    await client.query(statements.clear, [this.#log])
  }

  async remove(client: SqlClient, { id, layout }: KnownGeneration): Promise<void> {
    const shape = { id, layout: readLayout(this.#readModel, layout) }
    const known = await findShapes(client, this.#readModel)
    if (known.some((each) => each.id === id && each.layout.text === layout)) {
      await client.query(toStatements(this.#readModel, shape).clear, [this.#log])
    } else {
      await showLive(client, this.#readModel)
      await client.query(`drop table if exists ${toTable(this.#readModel, shape)}`)
    }
  }

  async swap(client: SqlClient, next: KnownGeneration, live: KnownGeneration | undefined): Promise<void> {
    if (live?.layout !== next.layout) await showLive(client, this.#readModel)
  }
}

async function isFound(client: SqlClient, text: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await client.query(text, values)
  return rows[0]?.found === true
}
