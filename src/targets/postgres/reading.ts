/** Reading rows: of one generation's table, or of the view that shows the live ones. */
import type { EntriesOptions, RowEntry, SqlDatabase } from '../../store/index.ts'
import type { Statements } from './statements.ts'

export interface Reading {
  readonly database: SqlDatabase
  readonly log: string
  readonly statements: Pick<Statements, 'get' | 'entries'>
}

/** Rows read at once while walking a table. */
const PAGE_SIZE = 1_000

export async function readRow({ database, log, statements }: Reading, key: string): Promise<unknown> {
  const { rows } = await database.query(statements.get, [log, key])
  return rows[0] === undefined ? undefined : JSON.parse(String(rows[0].document))
}

export async function* readEntries(reading: Reading, options: EntriesOptions): AsyncGenerator<RowEntry> {
  const { database, log, statements } = reading
  let { after = '', limit: left = Number.POSITIVE_INFINITY } = options
  while (left > 0) {
    options.signal?.throwIfAborted()
    const values = [log, after, String(Math.min(left, PAGE_SIZE))]
    const { rows } = await database.query(statements.entries, values)
    for (const { key, document, position } of rows) {
      after = String(key)
      yield [after, JSON.parse(String(document)), Number(position)]
    }
    left -= rows.length
    if (rows.length < PAGE_SIZE) return
  }
}
