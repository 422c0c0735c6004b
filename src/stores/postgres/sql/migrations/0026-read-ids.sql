-- The same of events with one of the ids, each of which is looked up: there are few of them.
create function daybook.read_ids(
  p_log text,
  p_after bigint,
  p_up_to bigint,
  p_limit integer,
  p_backwards boolean,
  p_partitions integer,
  p_partition integer,
  p_category text,
  p_types text[],
  p_tags text[],
  p_correlation_id text,
  p_ids uuid[]
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
      from unnest(p_ids) as wanted (id)
      cross join lateral (select * from daybook.events as found where found.log = p_log and found.id = wanted.id limit 1) as e
      where e.position > p_after and e.position <= p_up_to
        and (p_correlation_id is null
          or json_typeof(e.metadata -> 'correlationId') = 'string' and e.metadata ->> 'correlationId' = p_correlation_id)
        and (p_category is null or e.category = p_category)
        and (p_types is null or e.type = any (p_types))
        and (p_tags is null or e.tags @> p_tags)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by e.position desc
      limit p_limit;
  else
    return query
      select e.*
      from unnest(p_ids) as wanted (id)
      cross join lateral (select * from daybook.events as found where found.log = p_log and found.id = wanted.id limit 1) as e
      where e.position > p_after and e.position <= p_up_to
        and (p_correlation_id is null
          or json_typeof(e.metadata -> 'correlationId') = 'string' and e.metadata ->> 'correlationId' = p_correlation_id)
        and (p_category is null or e.category = p_category)
        and (p_types is null or e.type = any (p_types))
        and (p_tags is null or e.tags @> p_tags)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by e.position asc
      limit p_limit;
  end if;
end;
$$;
