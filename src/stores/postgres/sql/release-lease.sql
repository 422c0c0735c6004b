update daybook.leases
set expires_at = clock_timestamp(), note = coalesce($5::json, note), updated_at = clock_timestamp()
where log = $1 and name = $2 and owner = $3 and token = $4 and expires_at > clock_timestamp()
