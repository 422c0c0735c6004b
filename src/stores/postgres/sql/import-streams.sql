-- Not `on conflict`: under the log's lock nobody else can have added a stream, and a plain insert costs less.
with moved as (
  select * from unnest($2::text[], $3::integer[], $4::integer[]) as m (stream, before, version)
), added as (
  insert into daybook.streams (log, stream, version)
  select $1, m.stream, m.version from moved as m where m.before = 0
)
update daybook.streams as s set version = m.version
from moved as m
where m.before > 0 and s.log = $1 and s.stream = m.stream
