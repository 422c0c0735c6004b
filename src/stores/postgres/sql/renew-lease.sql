update daybook.leases
set expires_at = clock_timestamp() + $5::integer * interval '1 millisecond',
    note = coalesce($6::json, note),
    updated_at = clock_timestamp()
where log = $1 and name = $2 and owner = $3 and token = $4 and expires_at > clock_timestamp()
returning token
