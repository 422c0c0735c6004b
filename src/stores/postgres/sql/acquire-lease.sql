-- The clock is asked again in the update: by then this may have waited for the row.
insert into daybook.leases as l (log, name, owner, token, expires_at, note, updated_at)
values ($1, $2, $3, 1, clock_timestamp() + $4::integer * interval '1 millisecond', $5::json, clock_timestamp())
on conflict (log, name) do update
  set owner = excluded.owner,
      token = l.token + case when l.owner = excluded.owner and l.expires_at > clock_timestamp() then 0 else 1 end,
      expires_at = clock_timestamp() + $4::integer * interval '1 millisecond',
      note = coalesce(excluded.note, l.note),
      updated_at = clock_timestamp()
  where l.owner = excluded.owner or l.expires_at <= clock_timestamp()
returning token
