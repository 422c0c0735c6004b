select name, owner, token, date_part('epoch', expires_at - clock_timestamp()) * 1000, note,
       date_part('epoch', updated_at) * 1000
from daybook.leases
where log = $1
order by name
