select stream, version from daybook.list_streams($1, $2, $3, $4)
