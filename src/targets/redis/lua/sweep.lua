-- Removes rows of a generation that was dropped, up to a number of them. Answers 1 when nothing is left of it.
--   KEYS  place, progress, keys, gone, quarantine
--   ARGV  generation, what leads the name of a row's key, how many rows at the most
local place, progress, live, gone, quarantine = unpack(KEYS, 1, 5)
local generation, prefix, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])

local names = redis.call('ZRANGE', live, 0, limit - 1)
local set, remove = live, 'ZREM'
if #names == 0 then
  names = redis.call('SRANDMEMBER', gone, limit)
  set, remove = gone, 'SREM'
end
for _, name in ipairs(names) do
  redis.call('UNLINK', prefix .. name)
  redis.call(remove, set, name)
end
if #names > 0 then return 0 end
redis.call('UNLINK', progress, live, gone, quarantine)
redis.call('HDEL', place, 'dropped:' .. generation)
return 1
