select *
from daybook.events
where log = $1 and category = $7 and (position + 0) > $2 and (position + 0) <= $3
  and ($5::integer is null or (hashtextextended(stream, 0) & 9223372036854775807) % $5 = $6::integer)
order by (position + 0) {direction}
limit $4
