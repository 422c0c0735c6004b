select projection, position from daybook.checkpoints where log = $1 order by projection
