insert into daybook.snapshots as s (log, stream, definition, fingerprint, version, state)
values ($1, $2, $3, $4, $5, $6)
on conflict (log, stream, definition, fingerprint) do update
  set version = excluded.version, state = excluded.state, taken_at = now()
  where s.version < excluded.version
