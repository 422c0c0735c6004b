select coalesce((select s.version from daybook.streams as s where s.log = $1 and s.stream = wanted.stream), 0)
from unnest($2::text[]) with ordinality as wanted (stream, place)
order by wanted.place
