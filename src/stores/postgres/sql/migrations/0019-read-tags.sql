-- The same of events that carry all of the tags, and have one of the types and the category where those are given. The
-- first tag leads; the others are looked up for each of its events.
create function daybook.read_tags(
  p_log text,
  p_after bigint,
  p_up_to bigint,
  p_limit integer,
  p_backwards boolean,
  p_partitions integer,
  p_partition integer,
  p_category text,
  p_types text[],
  p_tags text[]
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
      from daybook.tags as first
      cross join lateral (
        select * from daybook.events as found where found.log = p_log and found.position = first.position limit 1
      ) as e
      where first.log = p_log and first.tag = p_tags[1] and first.position > p_after and first.position <= p_up_to
        and (p_types is null or first.type = any (p_types))
        and (p_category is null or e.category = p_category)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
        and not exists (
          select from unnest(p_tags[2:]) as other (tag)
          where not exists (
            select from daybook.tags as t where t.log = p_log and t.tag = other.tag and t.position = first.position
          )
        )
      order by first.position desc
      limit p_limit;
  else
    return query
      select e.*
      from daybook.tags as first
      cross join lateral (
        select * from daybook.events as found where found.log = p_log and found.position = first.position limit 1
      ) as e
      where first.log = p_log and first.tag = p_tags[1] and first.position > p_after and first.position <= p_up_to
        and (p_types is null or first.type = any (p_types))
        and (p_category is null or e.category = p_category)
        and (p_partitions is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % p_partitions = p_partition)
        and not exists (
          select from unnest(p_tags[2:]) as other (tag)
          where not exists (
            select from daybook.tags as t where t.log = p_log and t.tag = other.tag and t.position = first.position
          )
        )
      order by first.position asc
      limit p_limit;
  end if;
end;
$$;
