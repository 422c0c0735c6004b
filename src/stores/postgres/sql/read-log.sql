select * from daybook.read_log($1, $2, $3, $4, {backwards}, $5, $6)
