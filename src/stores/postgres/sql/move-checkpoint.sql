-- A row where the checkpoint stood at $3, and now stands at $4. A missing checkpoint stands at 0.
insert into daybook.checkpoints as c (log, projection, position)
select $1, $2, $4::bigint
where $3::bigint = 0 or exists (select from daybook.checkpoints where log = $1 and projection = $2)
on conflict (log, projection) do update
  set position = excluded.position, updated_at = now()
  where c.position = $3
returning position
