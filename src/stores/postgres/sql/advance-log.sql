update daybook.logs set position = $2, recorded_at = to_timestamp($3::double precision / 1000) where log = $1
