-- Each type is walked along its own index, as one index can give the order for one type only; the walks are merged
-- before the events themselves are fetched.
select event.*
from (
  select found.position
  from unnest($8::text[]) as wanted (type)
  cross join lateral (
    select e.position
    from daybook.events as e
    where e.log = $1 and e.type = wanted.type and (e.position + 0) > $2 and (e.position + 0) <= $3
      and ($5::integer is null or (hashtextextended(e.stream, 0) & 9223372036854775807) % $5 = $6::integer)
      and ($7::text is null or e.category = $7)
    order by (e.position + 0) {direction}
    limit $4
  ) as found
  order by found.position {direction}
  limit $4
) as merged
cross join lateral (select * from daybook.events as e where e.log = $1 and e.position = merged.position limit 1) as event
