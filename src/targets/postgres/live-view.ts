/**
 * The view that shows the live rows of a read model, of every log. It has the columns of the last generation that is live
 * anywhere; rows that lie in other columns have their document there, and NULL in columns that they lack.
 */
import type { SqlClient } from '../../store/index.ts'
import { readLayout } from './columns.ts'
import { KNOWN_SHAPES } from './generation-statements.ts'
import type { Layout } from './layout.ts'
import { createView, dropView, type Shape, toView, VIEW_COLUMNS } from './statements.ts'

interface KnownShape extends Shape {
  readonly isLive: boolean
}

/** The generations that there are in any log, in the order they were made in. */
export async function findShapes(client: SqlClient, readModel: string): Promise<readonly KnownShape[]> {
  const { rows } = await client.query(KNOWN_SHAPES, [readModel])
  return rows.map(({ id, layout, is_live }) => ({
    id: Number(id),
    layout: readLayout(readModel, String(layout)),
    isLive: is_live === true,
  }))
}

/** Makes the view anew from the generations that there are. */
export async function showLive(client: SqlClient, readModel: string): Promise<void> {
  const shapes = await findShapes(client, readModel)
  const shown = (shapes.findLast(({ isLive }) => isLive) ?? shapes.at(-1))?.layout
  if (shown === undefined || (await findColumns(client, readModel)) !== toColumns(shown)) {
    // With other columns it is another view: what was granted on it, or made from it, goes with it.
    await client.query(dropView(readModel))
  }
  if (shown !== undefined) await client.query(createView(readModel, shapes, shown))
}

/** Where there is no view, the same as of one that shows documents alone. */
async function findColumns(client: SqlClient, readModel: string): Promise<string> {
  const { rows } = await client.query(VIEW_COLUMNS, [toView(readModel)])
  return String(rows[0]?.columns)
}

/** As PostgreSQL's catalogue has them. */
function toColumns({ text, columns }: Layout): string {
  if (text === '') return ''
  return columns
    .map(({ name, type }) => `${name} ${type.replace(/^timestamptz$/, 'timestamp with time zone')}`)
    .join(', ')
}
