select stream, id, type, to_json(tags),
       '[' || position || ',' || version || ',' || schema_version || ',' || date_part('epoch', recorded_at) * 1000
         || ',' || metadata || ',' || data || ']'
from daybook.events
where log = $1 and id = any ($2::uuid[])
order by position
