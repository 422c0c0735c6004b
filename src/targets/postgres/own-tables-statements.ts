/** The SQL of tables that the user's own statements fill: where they are, what holds on to them, what is in them. */

/** Of a list of names, those that there are, as a statement that names no schema finds them. */
export const FIND_OWN = `
select wanted.name, c.oid::bigint::text as oid, n.nspname as schema
from jsonb_array_elements_text($1::text::jsonb) as wanted (name)
join pg_catalog.pg_class as c on c.oid = to_regclass(quote_ident(wanted.name))
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
order by wanted.name`

export const CURRENT_SCHEMA = `select current_schema() as schema`

/** The schema $1 comes first, until that is taken back, or the transaction ends. */
export const ENTER = `
with setting as materialized (select current_setting('search_path') as before)
select before, set_config('search_path', concat_ws(', ', $1::text, nullif(before, '')), true) from setting`
export const LEAVE = `select set_config('search_path', $1, true)`

/** What there is in a schema: tables, and whatever else cannot be moved with them. Sequences of a column go with its table. */
export const LIST_SCHEMA = `
select c.relname as name, c.relkind in ('r', 'p') as is_table
from pg_catalog.pg_class as c
where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c', 'S')
  and not (c.relkind = 'S' and exists (
    select from pg_catalog.pg_depend as d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')))
union all
select typname, false from pg_catalog.pg_type
where typnamespace = $1::text::regnamespace and typtype in ('e', 'd', 'r')
union all
select proname, false from pg_catalog.pg_proc where pronamespace = $1::text::regnamespace
order by 1`

/** Views, and keys of other tables, hold on to the table itself, and not to its name. */
export const FIND_DEPENDENTS = `
select distinct own.relname as name, dependent.kind || dependent.oid::regclass::text as dependent
from pg_catalog.pg_class as own
join (
  select d.refobjid, 'the view ' as kind, r.ev_class as oid
  from pg_catalog.pg_depend as d
  join pg_catalog.pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
  where d.refclassid = 'pg_class'::regclass and r.ev_class <> d.refobjid
  union all
  select confrelid, 'a foreign key of ', conrelid from pg_catalog.pg_constraint where contype = 'f'
) as dependent on dependent.refobjid = own.oid
where own.oid::bigint::text in (select jsonb_array_elements_text($1::text::jsonb))
  and dependent.oid::bigint::text not in (select jsonb_array_elements_text($1::text::jsonb))
order by 1, 2`

/**
 * Tables of those names that this transaction has touched where they would be found without the schema $2. Whatever a
 * statement reads or writes is locked to the end of its transaction.
 */
export const FIND_TOUCHED = `
select n.nspname || '.' || c.relname as name
from pg_catalog.pg_locks as l
join pg_catalog.pg_class as c on c.oid = l.relation
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where l.pid = pg_backend_pid() and l.locktype = 'relation' and n.nspname = any (current_schemas(false))
  and n.oid <> $2::text::regnamespace and c.relname in (select jsonb_array_elements_text($1::text::jsonb))
limit 1`

/** Tables are shared by all logs, generations are not. */
export const FIND_OTHER_LOG = `
select log from daybook.generations where projection = $1 and log <> $2 order by log limit 1`

/** One checkpoint beside the other, and from the first statement on one moment. */
export const ONE_MOMENT = 'set transaction isolation level repeatable read'

/** By the names of columns: tables may have them in another order. */
export function toSumStatement(table: string): string {
  return `
select count(*)::text as rows, coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)::numeric), 0)::text as checksum
from ${table} as t`
}
