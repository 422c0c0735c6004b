-- The types of a log, with what has come to it since they were last counted: a million events take a second. Appends
-- pay nothing for it: to count as they write would cost each a tenth more. On a replica, which cannot keep what it counts,
-- the rest is counted anew each time.
create function daybook.list_types(p_log text) returns setof daybook.types
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  counted bigint;
  head    bigint;
begin
  if not pg_is_in_recovery() then
    -- The lock: of two who count at once the second goes on where the first has come to.
    insert into daybook.types_counted (log, position) values (p_log, 0) on conflict do nothing;
    perform from daybook.types_counted as c where c.log = p_log for update;
  end if;
  counted := coalesce((select c.position from daybook.types_counted as c where c.log = p_log), 0);
  head := coalesce((select l.position from daybook.logs as l where l.log = p_log), 0);
  if pg_is_in_recovery() then
    return query
      select p_log, t.category, t.type, t.schema_version,
             sum(t.events)::bigint, min(t.first_position), max(t.last_position)
      from (
        select k.category, k.type, k.schema_version, k.events, k.first_position, k.last_position
        from daybook.types as k where k.log = p_log
        union all
        select a.* from daybook.count_types(p_log, counted, head) as a
      ) as t
      group by t.category, t.type, t.schema_version;
    return;
  end if;
  insert into daybook.types as t (log, category, type, schema_version, events, first_position, last_position)
    select p_log, a.* from daybook.count_types(p_log, counted, head) as a
    on conflict (log, type, schema_version, category) do update
      set events = t.events + excluded.events, last_position = excluded.last_position;
  update daybook.types_counted as c set position = head where c.log = p_log;
  return query select t.* from daybook.types as t where t.log = p_log;
end;
$$;

create function daybook.count_types(p_log text, p_after bigint, p_up_to bigint)
returns table (category text, type text, schema_version smallint, events bigint, first_position bigint, last_position bigint)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select e.category, e.type, e.schema_version, count(*), min(e.position), max(e.position)
  from daybook.events as e
  where e.log = p_log and e.position > p_after and e.position <= p_up_to
  group by e.category, e.type, e.schema_version
$$;

-- Whoever may not read events learns nothing of them here either.
revoke execute on function daybook.list_types from public;
