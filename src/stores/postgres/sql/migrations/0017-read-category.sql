-- The same of one category. Its index is ordered by (position + 0): see the decision 0003.
create function daybook.read_category(
  p_log text,
  p_after bigint,
  p_up_to bigint,
  p_limit integer,
  p_backwards boolean,
  p_partitions integer,
  p_partition integer,
  p_category text
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
      where e.log = p_log and e.category = p_category and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by (e.position + 0) desc
      limit p_limit;
  else
    return query
      select e.*
      from daybook.events as e
      where e.log = p_log and e.category = p_category and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by (e.position + 0) asc
      limit p_limit;
  end if;
end;
$$;
