select category, type, schema_version, events, first_position, last_position
from daybook.types
where log = $1
order by type, schema_version, category
