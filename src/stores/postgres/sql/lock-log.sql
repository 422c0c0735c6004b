-- The lock of daybook.append, for an import: the log's head, and the time of its last event.
insert into daybook.logs as l (log, position, recorded_at) values ($1, 0, '-infinity')
on conflict (log) do update set position = l.position
returning position, case when recorded_at = '-infinity' then null else date_part('epoch', recorded_at) * 1000 end
