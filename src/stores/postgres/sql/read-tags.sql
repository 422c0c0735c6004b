-- The first tag leads; the others are looked up for each of its events.
select event.*
from daybook.tags as first
cross join lateral (
  select * from daybook.events as e where e.log = $1 and e.position = first.position limit 1
) as event
where first.log = $1 and first.tag = ($9::text[])[1] and first.position > $2 and first.position <= $3
  and ($8::text[] is null or first.type = any ($8))
  and ($7::text is null or event.category = $7)
  and ($5::integer is null or (hashtextextended(event.stream, 0) & 9223372036854775807) % $5 = $6::integer)
  and not exists (
    select from unnest(($9::text[])[2:]) as other (tag)
    where not exists (
      select from daybook.tags as t where t.log = $1 and t.tag = other.tag and t.position = first.position
    )
  )
order by first.position {direction}
limit $4
