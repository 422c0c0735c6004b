select * from daybook.read_tags($1, $2, $3, $4, {backwards}, $5, $6, $7, $8, $9)
