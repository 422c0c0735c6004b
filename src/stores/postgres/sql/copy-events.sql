copy daybook.events
  (position, recorded_at, version, schema_version, id, log, stream, category, type, data, metadata, tags)
from stdin with (format binary)
