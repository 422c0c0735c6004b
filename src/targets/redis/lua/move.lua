-- Moves a checkpoint and changes the quarantine. Answers 1; or 0, and nothing is changed, when the checkpoint is elsewhere
-- or the generation takes no more writes.
--   KEYS  place, progress, quarantine
--   ARGV  generation, token of the caller, field of the checkpoint, from, to, revision ('' for any),
--         1 where rows were written, then key and JSON ('' releases it) of each quarantined key
local place, progress, quarantine = KEYS[1], KEYS[2], KEYS[3]
local generation, token, field, from, to, revision, has_rows = unpack(ARGV, 1, 7)

-- As in rows.lua.
local function takes_writes()
  local found = redis.call('HMGET', place, 'live', 'building', 'heldUntil')
  if found[2] == generation then return true end
  if found[1] ~= generation then return false end
  if not found[3] then return true end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(found[3])
end

-- Asked again, because the answer was lost.
if redis.call('HGET', progress, 'writer:' .. field) == token then return 1 end
if not takes_writes() then return 0 end
if (redis.call('HGET', progress, field) or '0') ~= from then return 0 end
if revision ~= '' and (redis.call('HGET', progress, 'revision') or '0') ~= revision then return 0 end

redis.call('HSET', progress, field, to, 'writer:' .. field, token)
redis.call('HINCRBY', progress, 'revision', 1)
if has_rows == '1' then redis.call('HSET', progress, 'hasRows', '1') end
for n = 8, #ARGV, 2 do
  if ARGV[n + 1] == '' then
    redis.call('HDEL', quarantine, ARGV[n])
  else
    redis.call('HSET', quarantine, ARGV[n], ARGV[n + 1])
  end
end
return 1
