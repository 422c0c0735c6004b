select daybook.prune_commands($1, to_timestamp($2::double precision / 1000), $3)
