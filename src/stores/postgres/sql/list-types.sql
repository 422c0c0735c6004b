select category, type, schema_version, events, first_position, last_position
from daybook.list_types($1)
order by type collate "C", schema_version, category collate "C"
