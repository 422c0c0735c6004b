-- The events of a stream from one version to another. As in all functions that read a page, the planner is left with one
-- choice, to walk the index in its order, whatever it believes of the table: see the decision 0017.
create function daybook.read_stream(
  p_log text,
  p_stream text,
  p_from_version integer,
  p_to_version integer,
  p_limit integer,
  p_backwards boolean
) returns setof daybook.events
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
  if p_backwards then
    return query
      select e.*
      from daybook.events as e
      where e.log = p_log and e.stream = p_stream and e.version >= p_from_version and e.version <= p_to_version
      order by e.version desc
      limit p_limit;
  else
    return query
      select e.*
      from daybook.events as e
      where e.log = p_log and e.stream = p_stream and e.version >= p_from_version and e.version <= p_to_version
      order by e.version asc
      limit p_limit;
  end if;
end;
$$;
