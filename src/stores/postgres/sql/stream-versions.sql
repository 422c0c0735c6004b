select coalesce((
  select e.version from daybook.events as e where e.log = $1 and e.stream = wanted.stream order by e.version desc limit 1), 0)
from unnest($2::text[]) with ordinality as wanted (stream, place)
order by wanted.place
