-- The streams whose names lie between two names, in the byte order of their names, with their versions. There is no row
-- for each stream to walk along: the index on streams and versions is entered anew for each, behind the one before.
create function daybook.list_streams(
  p_log text,
  p_after text,
  p_before text,
  p_limit integer
) returns table (stream text, version integer)
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
  stream := p_after;
  for n in 1 .. p_limit loop
    select e.stream into stream
      from daybook.events as e
      where e.log = p_log and e.stream > list_streams.stream and e.stream < p_before
      order by e.stream
      limit 1;
    exit when not found;
    select e.version into version
      from daybook.events as e
      where e.log = p_log and e.stream = list_streams.stream
      order by e.version desc
      limit 1;
    return next;
  end loop;
end;
$$;
