select * from daybook.read_types($1, $2, $3, $4, {backwards}, $5, $6, $7, $8)
