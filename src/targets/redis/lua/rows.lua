-- Writes rows, each unless one of the same or a later position is there. A row is "POSITION JSON"; of a deleted one only
-- "POSITION" stays. Answers 1; or 0, and nothing is written, when the generation takes no more writes.
--   KEYS  place, progress, keys, gone, then a key for each row
--   ARGV  generation, revision ('' for any), 1 to replace rows of the same position too, length of what leads the name
--         of a row's key, then position and JSON ('' for a deleted row) of each row
local place, progress, live, gone = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local generation, revision, is_repair, prefix_length = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])

-- The live one takes none while it is about to be swapped: what is built could else never come as far (place.lua).
local function takes_writes()
  local found = redis.call('HMGET', place, 'live', 'building', 'heldUntil')
  if found[2] == generation then return true end
  if found[1] ~= generation then return false end
  if not found[3] then return true end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(found[3])
end

if not takes_writes() then return 0 end
if revision ~= '' and (redis.call('HGET', progress, 'revision') or '0') ~= revision then return 0 end

-- What is written is gathered, so that it takes one command and not one for each row.
local written, added, highest = {}, {}, 0
for n = 5, #KEYS do
  local key = KEYS[n]
  local position, json = ARGV[2 * n - 5], ARGV[2 * n - 4]
  -- A position has at most 16 digits; what follows need not be looked at.
  local before = redis.call('GETRANGE', key, 0, 16)
  local stored = tonumber(string.match(before, '^%d+'))
  local wanted = tonumber(position)
  if wanted > highest then highest = wanted end
  if not stored or stored < wanted or (is_repair and stored == wanted) then
    table.insert(written, key)
    if json == '' then
      local name = string.sub(key, prefix_length + 1)
      table.insert(written, position)
      redis.call('ZREM', live, name)
      redis.call('SADD', gone, name)
    else
      table.insert(written, position .. ' ' .. json)
      if not string.find(before, ' ', 1, true) then
        local name = string.sub(key, prefix_length + 1)
        table.insert(added, 0)
        table.insert(added, name)
        if stored then redis.call('SREM', gone, name) end
      end
    end
  end
end
if #written > 0 then redis.call('MSET', unpack(written)) end
-- Readers see these rows ahead of the checkpoint: whoever swaps must not take them back.
if highest > tonumber(redis.call('HGET', progress, 'written') or '0') then
  redis.call('HSET', progress, 'written', string.format('%.0f', highest))
end
if #added > 0 then redis.call('ZADD', live, unpack(added)) end
return 1
