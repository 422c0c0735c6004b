select position from daybook.checkpoints where log = $1 and projection = $2
