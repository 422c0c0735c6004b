-- The streams whose names lie between two names, in the byte order of their names.
create function daybook.list_streams(
  p_log text,
  p_after text,
  p_before text,
  p_limit integer
) returns setof daybook.streams
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
  return query
    select s.*
    from daybook.streams as s
    where s.log = p_log and s.stream > p_after and s.stream < p_before
    order by s.stream
    limit p_limit;
end;
$$;
