/**
 * The SQL of rows in PostgreSQL: a table for each generation of a read model, rows of all logs in it, keys in byte
 * order; and a view over them, under the read model's name, that shows of each log the live rows. Only the names of
 * tables, quoted as identifiers, are ever set into a text. Documents travel as text, so that every driver gives the same.
 */
export interface Statements {
  readonly createTable: string
  /** The part of the view that stands for this table. */
  readonly liveRows: string
  readonly clear: string
  readonly load: string
  readonly upsert: string
  readonly delete: string
  readonly hasRows: string
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

export function toTable(readModel: string, generation: number): string {
  return `${SCHEMA}.${quoteIdentifier(`${readModel}~${generation}`)}`
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Either way readers wait for no more than this statement: which rows are live is in `daybook.generations`. */
export function createView(readModel: string, generations: readonly number[]): string {
  const parts = generations.map((generation) => toStatements(readModel, generation).liveRows)
  return `create or replace view ${toView(readModel)} as ${parts.join('union all')}`
}

/** Of a read model whose last generation goes. */
export function dropView(readModel: string): string {
  return `drop view if exists ${toView(readModel)}`
}

export function toReading(from: string): Pick<Statements, 'get' | 'entries'> {
  return {
    get: `
select document::text as document from ${from} where log = $1 and key = $2`,
    entries: `
select key, document::text as document, position::text as position from ${from}
where log = $1 and key > $2 order by key limit $3::text::integer`,
  }
}

export function toStatements(readModel: string, generation: number): Statements {
  const table = toTable(readModel, generation)
  return {
    ...toReading(table),
    createTable: `
create table if not exists ${table} (
  log      text collate "C" not null,
  key      text collate "C" not null,
  document jsonb            not null,
  position bigint           not null,
  primary key (log, key)
)`,
    liveRows: `
select log, key, document, position from ${table} as r
where exists (
  select from daybook.generations as g
  where g.log = r.log and g.projection = ${quoteLiteral(readModel)} and g.state = 'live' and g.generation = ${generation}
)
`,
    clear: `delete from ${table} where log = $1`,
    load: `
select key, document::text as document, position::text as position from ${table}
where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    upsert: `
insert into ${table} (log, key, document, position)
select $1, changed.key, changed.document, changed.position
from jsonb_to_recordset($2::text::jsonb) as changed (key text, document jsonb, position bigint)
on conflict (log, key) do update set document = excluded.document, position = excluded.position`,
    delete: `
delete from ${table} where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    hasRows: `select exists (select from ${table} where log = $1) as found`,
    count: `select count(*)::text as count from ${table} where log = $1`,
  }
}
