-- Keeps daybook.types, whoever writes events: an append, an import, or a statement by hand. Appends and imports hold
-- their log's lock; for others the order of the rows keeps two statements from waiting for each other.
create function daybook.count_types() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into daybook.types as t (log, category, type, schema_version, events, first_position, last_position)
    select a.log, a.category, a.type, a.schema_version, count(*), min(a.position), max(a.position)
    from added as a
    group by a.log, a.type, a.schema_version, a.category
    order by a.log, a.type, a.schema_version, a.category
    on conflict (log, type, schema_version, category) do update
      set events = t.events + excluded.events,
          first_position = least(t.first_position, excluded.first_position),
          last_position = greatest(t.last_position, excluded.last_position);
  return null;
end;
$$;

revoke execute on function daybook.count_types from public;

-- Not `enable always`: where events are replicated, so is this table.
create trigger count_types after insert on daybook.events
  referencing new table as added
  for each statement execute function daybook.count_types();

-- What was there before. The trigger's lock keeps others from writing meanwhile.
insert into daybook.types (log, category, type, schema_version, events, first_position, last_position)
  select log, category, type, schema_version, count(*), min(position), max(position)
  from daybook.events
  group by log, category, type, schema_version;
