/**
 * The SQL of read models in PostgreSQL: one table for each, rows of all logs in it, keys in byte order. Only the table's
 * name, quoted as an identifier, is ever set into a text. Documents travel as text, so that every driver gives the same.
 */
export interface Statements {
  readonly createTable: string
  readonly load: string
  readonly upsert: string
  readonly delete: string
  readonly get: string
  readonly entries: string
}

/** Two that start at once would both create: `if not exists` alone does not keep them apart. */
export const LOCK = `select pg_advisory_xact_lock(hashtext('daybook_read_models'))`
export const FIND_TABLE = `select to_regclass($1) is not null as found`
export const FIND_SCHEMA = `
select exists (select from pg_catalog.pg_namespace where nspname = 'daybook_read_models') as found`
export const CREATE_SCHEMA = 'create schema daybook_read_models'

export const CHECKPOINT = `
select position::text as position from daybook.checkpoints where log = $1 and projection = $2`

export const START_CHECKPOINT = `
insert into daybook.checkpoints (log, projection, position) values ($1, $2, 0)
on conflict (log, projection) do nothing`

/** The fence: it moves for one of the instances that try, and locks the row until that one's rows are committed. */
export const MOVE_CHECKPOINT = `
update daybook.checkpoints set position = $4::text::bigint, updated_at = now()
where log = $1 and projection = $2 and position = $3::text::bigint
returning 1`

export function toStatements(table: string): Statements {
  return {
    createTable: `
create table if not exists ${table} (
  log      text collate "C" not null,
  key      text collate "C" not null,
  document jsonb            not null,
  position bigint           not null,
  primary key (log, key)
)`,
    load: `
select key, document::text as document from ${table}
where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    upsert: `
insert into ${table} (log, key, document, position)
select $1, changed.key, changed.document, changed.position
from jsonb_to_recordset($2::text::jsonb) as changed (key text, document jsonb, position bigint)
on conflict (log, key) do update set document = excluded.document, position = excluded.position`,
    delete: `
delete from ${table} where log = $1 and key in (select jsonb_array_elements_text($2::text::jsonb))`,
    get: `
select document::text as document from ${table} where log = $1 and key = $2`,
    entries: `
select key, document::text as document from ${table}
where log = $1 and key > $2 order by key limit $3::text::integer`,
  }
}
