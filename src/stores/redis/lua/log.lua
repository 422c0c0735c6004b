-- Where everything of a log is kept. The one key that a call declares ends with the log's tag, `{main}`; all keys of the
-- log have it, and so lie on one server of a cluster. docs/redis.md explains each key; the two must change together.
local function open_log(keys)
  local tag = keys[1]:match('^daybook:head:({.+})$')
  if tag == nil then
    error('The key must be daybook:head:{log}.')
  end
  return {
    tag = tag,
    head = 'daybook:head:' .. tag,
    events = 'daybook:events:' .. tag,
    ids = 'daybook:ids:' .. tag,
    streams = 'daybook:streams:' .. tag,
    types = 'daybook:types:' .. tag,
    commands = 'daybook:commands:' .. tag,
    command_times = 'daybook:command-times:' .. tag,
    checkpoints = 'daybook:checkpoints:' .. tag,
    snapshots = 'daybook:snapshots:' .. tag,
    leases = 'daybook:leases:' .. tag,
  }
end

-- Of one stream, type, category, tag or correlation id, or the snapshots of one stream.
local function key_of(log, kind, name)
  return 'daybook:' .. kind .. ':' .. log.tag .. ':' .. name
end

-- Lua would print a large position as 1e+15.
local function int(number)
  return string.format('%.0f', number)
end

local function category_of(stream)
  return stream:match('^[^-]*')
end

-- The server's clock, in milliseconds.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Arguments one after the other.
local function reader(args)
  local at = 0
  return function()
    at = at + 1
    return args[at]
  end
end

local function take_list(take)
  local list = {}
  for place = 1, tonumber(take()) do
    list[place] = take()
  end
  return list
end

-- More would not fit on Lua's stack.
local MAX_ARGUMENTS = 1000

-- Calls a command that takes any number of arguments, with as many at a time as Lua can pass.
local function call_in_parts(command, key, arguments)
  for first = 1, #arguments, MAX_ARGUMENTS do
    local last = math.min(first + MAX_ARGUMENTS - 1, #arguments)
    redis.call(command, key, unpack(arguments, first, last))
  end
end
