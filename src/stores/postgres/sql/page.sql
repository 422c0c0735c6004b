-- A page of events as the reader takes it apart: what is no plain text comes as one array of JSON, to be parsed at once. A
-- page ends early where what stands before a row weighs 4 MiB: one of large events would otherwise fill the memory.
-- {events} is one of the read-….sql files, {key} what it is ordered by.
select stream, id, type, to_json(tags),
       '[' || position || ',' || version || ',' || schema_version || ',' || date_part('epoch', recorded_at) * 1000
         || ',' || metadata || ',' || data || ']'
from (
  select found.*,
         sum(pg_column_size(data)) over (order by {key} {direction} rows between unbounded preceding and 1 preceding)
           as bytes_before
  from ({events}) as found
) as page
where bytes_before is null or bytes_before < 4194304
order by {key} {direction}
