select log from daybook.logs where position > 0 order by log
