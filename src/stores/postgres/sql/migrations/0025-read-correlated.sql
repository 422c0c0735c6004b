-- The same of events whose metadata has the correlation id, and that are as the other arguments say where those are
-- given. A number has the same text as a string of its digits, and is no correlation id.
create function daybook.read_correlated(
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
  p_correlation_id text
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
      where hashtextextended((e.metadata ->> 'correlationId') collate "C", hashtextextended(e.log, 0))
          = hashtextextended(p_correlation_id collate "C", hashtextextended(p_log collate "C", 0))
        and e.metadata ->> 'correlationId' is not null
        and e.metadata ->> 'correlationId' = p_correlation_id
        and e.log = p_log
        and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
        and json_typeof(e.metadata -> 'correlationId') = 'string'
        and (p_category is null or e.category = p_category)
        and (p_types is null or e.type = any (p_types))
        and (p_tags is null or e.tags @> p_tags)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by (e.position + 0) desc
      limit p_limit;
  else
    return query
      select e.*
      from daybook.events as e
      where hashtextextended((e.metadata ->> 'correlationId') collate "C", hashtextextended(e.log, 0))
          = hashtextextended(p_correlation_id collate "C", hashtextextended(p_log collate "C", 0))
        and e.metadata ->> 'correlationId' is not null
        and e.metadata ->> 'correlationId' = p_correlation_id
        and e.log = p_log
        and (e.position + 0) > p_after and (e.position + 0) <= p_up_to
        and json_typeof(e.metadata -> 'correlationId') = 'string'
        and (p_category is null or e.category = p_category)
        and (p_types is null or e.type = any (p_types))
        and (p_tags is null or e.tags @> p_tags)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
      order by (e.position + 0) asc
      limit p_limit;
  end if;
end;
$$;
