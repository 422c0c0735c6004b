insert into daybook.streams (log, stream, version)
select $1, w.stream, w.version
from unnest($2::text[], $3::integer[]) as w (stream, version)
on conflict (log, stream) do update set version = excluded.version
