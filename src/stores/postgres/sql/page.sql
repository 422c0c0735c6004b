-- A page of events as the reader takes it apart. It ends early where what stands before a row weighs 4 MiB: a page of
-- large events would otherwise fill the memory. {events} is one of the read-….sql files, {key} what it is ordered by.
select position, stream, version, id, type, schema_version, data, metadata, to_json(tags),
       date_part('epoch', recorded_at) * 1000
from (
  select found.*,
         sum(pg_column_size(data)) over (order by {key} {direction} rows between unbounded preceding and 1 preceding)
           as bytes_before
  from ({events}) as found
) as page
where bytes_before is null or bytes_before < 4194304
order by {key} {direction}
