-- The position of an event after `since` that has one of the types and all of the tags, or null. Empty arrays ask
-- for nothing. It runs under the log's lock, so that no such event can come to be before the caller commits.
create function daybook.find_in_boundary(p_log text, p_types text[], p_tags text[], p_since bigint) returns bigint
language plpgsql stable parallel safe
-- Without statistics the planner may prefer to scan: every search here is a few index probes.
set enable_seqscan = off
set enable_bitmapscan = off
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(p_tags) > 0 then
    return (
      select first.position
      from daybook.tags as first
      where first.log = p_log
        and first.tag = p_tags[1]
        and first.position > p_since
        and (cardinality(p_types) = 0 or first.type = any (p_types))
        and not exists (
          select from unnest(p_tags[2:]) as other (tag)
          where not exists (
            select from daybook.tags as t
            where t.log = p_log and t.tag = other.tag and t.position = first.position
          )
        )
      order by first.position
      limit 1
    );
  end if;
  if cardinality(p_types) > 0 then
    return (
      select min(found.position)
      from unnest(p_types) as wanted (type)
      cross join lateral (
        select e.position
        from daybook.events as e
        where e.log = p_log and e.type = wanted.type and (e.position + 0) > p_since
        order by (e.position + 0)
        limit 1
      ) as found
    );
  end if;
  return (select min(e.position) from daybook.events as e where e.log = p_log and e.position > p_since);
end;
$$;
