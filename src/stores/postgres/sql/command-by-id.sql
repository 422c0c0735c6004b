select digest, result, date_part('epoch', recorded_at) * 1000
from daybook.commands
where log = $1 and command_id = $2
