select * from daybook.read_category($1, $2, $3, $4, {backwards}, $5, $6, $7)
