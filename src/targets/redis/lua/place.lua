-- Which generations of a read model there are, and how that changes: all of it in one hash, one step at a time.
--   live, building, previous   the generation in that state
--   lastId                     of the newest that ever was
--   fingerprint:N, createdAt:N of generation N, the latter in milliseconds
--   dropped:N                  N is no more, and its rows are yet to be removed
--   swapped                    the token of who last swapped
--   hold, heldUntil            the token of who is about to swap, and until when the live one takes no writes meanwhile, in
--                              milliseconds: whoever dies over it holds nobody for longer
--   KEYS  place
--   ARGV  operation, argument, token, 1 to swap also where that goes back in time, what leads the name of a progress key,
--         how long to hold in milliseconds
local place = KEYS[1]
local operation, argument, token, even_behind, progress_prefix, hold_ms = unpack(ARGV, 1, 6)

local function find(state) return redis.call('HGET', place, state) end

local function position(id) return tonumber(redis.call('HGET', progress_prefix .. id, 'position') or '0') end

-- How far readers have seen it: rows are written ahead of the checkpoint.
local function seen(id)
  return math.max(position(id), tonumber(redis.call('HGET', progress_prefix .. id, 'written') or '0'))
end

local function drop(state)
  local id = find(state)
  if not id then return end
  redis.call('HDEL', place, state, 'fingerprint:' .. id, 'createdAt:' .. id)
  redis.call('HSET', place, 'dropped:' .. id, '1')
end

local function now()
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end

local function add(state, fingerprint)
  local id = redis.call('HINCRBY', place, 'lastId', 1)
  redis.call('HSET', place, state, id, 'fingerprint:' .. id, fingerprint, 'createdAt:' .. id, now())
end

local function swap(state)
  local live, other = find('live'), find(state)
  redis.call('HDEL', place, state, 'hold', 'heldUntil')
  redis.call('HSET', place, 'live', other, 'swapped', token)
  if live then redis.call('HSET', place, 'previous', live) end
end

local operations = {
  look = function() end,
  live = function(fingerprint)
    if not find('live') then add('live', fingerprint) end
  end,
  build = function(fingerprint)
    local id = find('building')
    if id and redis.call('HGET', place, 'fingerprint:' .. id) == fingerprint then return end
    drop('building')
    add('building', fingerprint)
  end,
  hold = function()
    redis.call('HSET', place, 'hold', token, 'heldUntil', string.format('%.0f', now() + hold_ms))
  end,
  release = function()
    if redis.call('HGET', place, 'hold') == token then redis.call('HDEL', place, 'hold', 'heldUntil') end
  end,
  promote = function(id)
    if find('swapped') == token then return end
    if find('building') ~= id then return 'missing' end
    local live = find('live')
    if live and even_behind ~= '1' and seen(live) > position(id) then return 'behind' end
    drop('previous')
    swap('building')
  end,
  roll_back = function()
    if find('swapped') == token then return end
    if not find('previous') then return 'missing' end
    swap('previous')
  end,
  drop = function(id)
    if find('live') == id then return 'live' end
    for _, state in ipairs({ 'building', 'previous' }) do
      if find(state) == id then drop(state) end
    end
  end,
}

local outcome = operations[operation](argument) or 'done'
local answer = { outcome }
for _, state in ipairs({ 'live', 'building', 'previous' }) do
  local id = find(state)
  if id then
    local known = redis.call('HMGET', place, 'fingerprint:' .. id, 'createdAt:' .. id)
    local reached = redis.call('HGET', progress_prefix .. id, 'position') or '0'
    table.insert(answer, { state, id, known[1], known[2], reached })
  end
end
local dropped = { 'dropped' }
for _, field in ipairs(redis.call('HKEYS', place)) do
  local id = string.match(field, '^dropped:(%d+)$')
  if id then table.insert(dropped, id) end
end
table.insert(answer, dropped)
return answer
