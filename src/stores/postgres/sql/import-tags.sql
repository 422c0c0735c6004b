insert into daybook.tags (log, tag, position, type)
select $1, t.tag, t.position, t.type
from unnest($2::text[], $3::bigint[], $4::text[]) as t (tag, position, type)
