select position, stream, version, id, type, schema_version, data, metadata, to_json(tags),
       date_part('epoch', recorded_at) * 1000
from daybook.events
where log = $1 and id = any ($2::uuid[])
order by position
