/**
 * The SQL of rows in PostgreSQL: a table for each generation of a read model, rows of all logs in it, keys in byte
 * order; and a view over them, under the read model's name, that shows of each log the live rows. Only the names of
 * tables, quoted as identifiers, are ever set into a text. Documents travel as text, so that every driver gives the same.
 */
import { createHash } from 'node:crypto'
import { HAS_ROWS } from './generation-statements.ts'
import { quoteIdentifier, quoteLiteral } from './identifiers.ts'
import { documentLayout, type Layout } from './layout.ts'

export interface Statements {
  readonly createTable: string
  readonly createIndexes: readonly string[]
  readonly clear: string
  readonly load: string
  readonly upsert: string
  readonly delete: string
  readonly hasRows: string
  /** One statement, which sees the note and the rows as of one moment. */
  readonly isEmptied: string
  readonly get: string
  readonly entries: string
  readonly count: string
}

const SCHEMA = 'daybook_read_models'

/** Two that start at once would both create: `if not exists` alone does not keep them apart. */
export const LOCK = `select pg_advisory_xact_lock(hashtext('daybook_read_models'))`
export const FIND_TABLE = `select to_regclass($1) is not null as found`
export const FIND_SCHEMA = `
select exists (select from pg_catalog.pg_namespace where nspname = '${SCHEMA}') as found`
export const CREATE_SCHEMA = `create schema ${SCHEMA}`

/** The view: what users and readers query. */
export function toView(readModel: string): string {
  return `${SCHEMA}.${quoteIdentifier(readModel)}`
}

/** Logs share the table of a generation's number, unless they have its rows in other columns. */
export function toTable(readModel: string, { id, layout }: Shape): string {
  const suffix = layout.text === '' ? '' : `~${createHash('sha256').update(layout.text).digest('hex').slice(0, 6)}`
  return `${SCHEMA}.${quoteIdentifier(`${readModel}~${id}${suffix}`)}`
}

/** A generation's number, and how its rows lie. */
export interface Shape {
  readonly id: number
  readonly layout: Layout
}

/**
 * The view over those generations, with the columns of `shown`. Either way readers wait for no more than this statement:
 * which rows are live is in `daybook.generations`.
 */
export function createView(readModel: string, generations: readonly Shape[], shown: Layout): string {
  const parts = generations.map((each) => toLiveRows(readModel, each, shown))
  return `create or replace view ${toView(readModel)} as ${parts.join('union all')}`
}

/** The names and types of the view's own columns: those of one layout. A view of other columns cannot be replaced. */
export const VIEW_COLUMNS = `
select coalesce(string_agg(
         '"' || replace(attname, '"', '""') || '" ' || format_type(atttypid, atttypmod), ', ' order by attnum), '')
  as columns
from pg_catalog.pg_attribute
where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
  and attname not in ('log', 'key', 'document', 'position')`

/** Of a read model whose last generation goes. */
export function dropView(readModel: string): string {
  return `drop view if exists ${toView(readModel)}`
}

function toLiveRows(readModel: string, shape: Shape, shown: Layout): string {
  const own = new Map(shape.layout.columns.map(({ name, type }) => [name, type]))
  const columns = shown.columns.map(({ name, type }) =>
    own.get(name) === type ? `kept.${name}` : `null::${type} as ${name}`,
  )
  const fields = shown.text === '' ? [] : columns
  return `
select ${['kept.log', 'kept.key', ...fields, `${shape.layout.document} as document`, 'kept.position'].join(', ')}
from ${toTable(readModel, shape)} as kept
where exists (
  select from daybook.generations as g
  where g.log = kept.log and g.projection = ${quoteLiteral(readModel)} and g.state = 'live'
    and g.generation = ${shape.id} and g.layout = ${quoteLiteral(shape.layout.text)}
)
`
}

/** Of the view, which has the document of every row, whatever its columns are. */
export function toViewReading(readModel: string): Pick<Statements, 'get' | 'entries'> {
  return toReading(toView(readModel), documentLayout)
}

function toReading(from: string, { document }: Layout): Pick<Statements, 'get' | 'entries'> {
  return {
    get: `
select (${document})::text as document from ${from} as kept where log = $1 and key = $2`,
    entries: `
select key, (${document})::text as document, position::text as position from ${from} as kept
where log = $1 and key > $2 order by key limit $3::text::integer`,
  }
}

/** Three lists side by side: in half the time of a list of records, as no document is parsed inside another. */
function upsertDocuments(table: string): string {
  return `
insert into ${table} (log, key, document, position)
select $1, changed.key, changed.document::jsonb, changed.position::bigint
from rows from (
  json_array_elements_text($2::text::json), json_array_elements_text($3::text::json),
  json_array_elements_text($4::text::json)
) as changed (key, document, position)
on conflict (log, key) do update set document = excluded.document, position = excluded.position`
}

export function toStatements(readModel: string, shape: Shape): Statements {
  const table = toTable(readModel, shape)
  const { columns, indexes, document } = shape.layout
  const names = columns.map(({ name }) => name)
  const record = columns.map(({ name, type }) => `${name} ${type}`)
  const replaced = [...names, 'position'].map((name) => `${name} = excluded.${name}`)
  return {
    ...toReading(table, shape.layout),
    createTable: `
create table if not exists ${table} (
  log text collate "C" not null,
  key text collate "C" not null,
  ${columns.map(({ definition }) => definition).join(',\n  ')},
  position bigint not null,
  primary key (log, key)
)`,
    createIndexes: indexes.map((index) => `create index on ${table} ${index}`),
    clear: `delete from ${table} where log = $1`,
    load: `
select key, (${document})::text as document, position::text as position from ${table} as kept
where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    upsert:
      shape.layout.text === documentLayout.text
        ? upsertDocuments(table)
        : `
insert into ${table} (log, key, ${names.join(', ')}, position)
select $1, changed.key, ${names.map((name) => `changed.${name}`).join(', ')}, changed.position
from jsonb_to_recordset($2::text::jsonb) as changed (key text, position bigint, ${record.join(', ')})
on conflict (log, key) do update set ${replaced.join(', ')}`,
    delete: `
delete from ${table} where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    hasRows: `select exists (select from ${table} where log = $1) as found`,
    isEmptied: `
select exists (${HAS_ROWS} and has_rows) and not exists (select from ${table} where log = $1) as found`,
    count: `select count(*)::text as count from ${table} where log = $1`,
  }
}
