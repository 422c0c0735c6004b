select * from daybook.read_correlated($1, $2, $3, $4, {backwards}, $5, $6, $7, $8, $9, $10)
