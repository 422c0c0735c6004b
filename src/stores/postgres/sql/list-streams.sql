select stream, version
from daybook.streams
where log = $1 and stream > $2 and stream < $3
order by stream
limit $4
