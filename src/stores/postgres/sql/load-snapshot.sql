select version, state
from daybook.snapshots
where log = $1 and stream = $2 and definition = $3 and fingerprint = $4
