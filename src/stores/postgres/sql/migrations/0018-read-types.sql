-- The same of several types, each given once, and of a category where one is given. Each type is walked along its own
-- index, as one index can give the order for one type only; the walks are merged before the events themselves are fetched.
create function daybook.read_types(
  p_log text,
  p_after bigint,
  p_up_to bigint,
  p_limit integer,
  p_backwards boolean,
  p_partitions integer,
  p_partition integer,
  p_category text,
  p_types text[]
) returns setof daybook.events
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_incremental_sort = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
  if p_backwards then
    return query
      select event.*
      from (
        select found.position
        from unnest(p_types) as wanted (type)
        cross join lateral (
          select e.position
          from daybook.events as e
          where e.log = p_log and e.type = wanted.type and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
            and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
            and (p_category is null or e.category = p_category)
          order by (e.position + 0) desc
          limit p_limit
        ) as found
        order by found.position desc
        limit p_limit
      ) as merged
      cross join lateral (
        select * from daybook.events as e where e.log = p_log and e.position = merged.position limit 1
      ) as event;
  else
    return query
      select event.*
      from (
        select found.position
        from unnest(p_types) as wanted (type)
        cross join lateral (
          select e.position
          from daybook.events as e
          where e.log = p_log and e.type = wanted.type and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
            and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
            and (p_category is null or e.category = p_category)
          order by (e.position + 0) asc
          limit p_limit
        ) as found
        order by found.position asc
        limit p_limit
      ) as merged
      cross join lateral (
        select * from daybook.events as e where e.log = p_log and e.position = merged.position limit 1
      ) as event;
  end if;
end;
$$;
