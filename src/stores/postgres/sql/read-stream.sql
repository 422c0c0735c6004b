select *
from daybook.events
where log = $1 and stream = $2 and version >= $3 and version <= $4
order by version {direction}
limit $5
