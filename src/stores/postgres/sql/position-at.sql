select daybook.position_at($1, to_timestamp($2::double precision / 1000))
