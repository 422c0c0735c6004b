delete from daybook.snapshots where log = $1 and ($2::text is null or stream = $2)
