select version from daybook.streams where log = $1 and stream = $2
