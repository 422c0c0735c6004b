-- The row of a key in the live generation.
--   KEYS  place
--   ARGV  what leads the name of a row's key before its generation, and the key
local live = redis.call('HGET', KEYS[1], 'live')
return live and redis.call('GET', ARGV[1] .. live .. ':' .. ARGV[2])
