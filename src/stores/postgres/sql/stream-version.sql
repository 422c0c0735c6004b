select version from daybook.events where log = $1 and stream = $2 order by version desc limit 1
