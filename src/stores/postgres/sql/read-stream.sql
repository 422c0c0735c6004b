select * from daybook.read_stream($1, $2, $3, $4, $5, {backwards})
