select position from daybook.logs where log = $1
