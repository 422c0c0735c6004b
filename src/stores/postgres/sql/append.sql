select head, recorded_at_ms, to_json(outcomes), to_json(details), to_json(versions)
from daybook.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
