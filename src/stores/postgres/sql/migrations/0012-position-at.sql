-- The position of the last event recorded at or before a time: 0 when there is none. Positions have no gaps and
-- recorded_at never goes back, so halving the log finds it in some thirty probes of the primary key: no index on
-- the time is needed.
create function daybook.position_at(p_log text, p_time timestamptz) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  low    bigint := 0;  -- recorded at or before the time, or 0
  high   bigint := coalesce((select l.position from daybook.logs as l where l.log = p_log), 0);
  middle bigint;
begin
  while low < high loop
    middle := low + (high - low + 1) / 2;
    if (select e.recorded_at from daybook.events as e where e.log = p_log and e.position = middle) <= p_time then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end;
$$;
