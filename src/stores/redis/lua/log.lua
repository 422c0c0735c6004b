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
    types = 'daybook:types:' .. tag,
    commands = 'daybook:commands:' .. tag,
    command_times = 'daybook:command-times:' .. tag,
    checkpoints = 'daybook:checkpoints:' .. tag,
    snapshots = 'daybook:snapshots:' .. tag,
    leases = 'daybook:leases:' .. tag,
  }
end

-- Of a list of positions (lists.lua), or the snapshots of one stream.
local function key_of(log, kind, name)
  return 'daybook:' .. kind .. ':' .. log.tag .. ':' .. name
end

-- Of versions most are small: their texts are kept from the first time on.
local SMALL_INTS = {}
local SMALLEST_BIG_INT = 100

-- Quicker than what Lua itself does with a number in a text, which also prints 15 digits as 1e+14.
local function int(number)
  local text = SMALL_INTS[number]
  if text == nil then
    text = string.format('%d', number)
    if number >= 0 and number < SMALLEST_BIG_INT then
      SMALL_INTS[number] = text
    end
  end
  return text
end

-- The server's clock, in milliseconds.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Arguments one after the other, from the one at `first` on.
local function reader(args, first)
  local at = first - 1
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

local function slice(list, first, last)
  local part = {}
  for place = first, last do
    part[place - first + 1] = list[place]
  end
  return part
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

-- Of a hash, as many fields as are asked for; false where there is none.
local function get_in_parts(key, fields)
  if #fields <= MAX_ARGUMENTS then
    return #fields == 0 and {} or redis.call('HMGET', key, unpack(fields))
  end
  local values = {}
  for first = 1, #fields, MAX_ARGUMENTS do
    local last = math.min(first + MAX_ARGUMENTS - 1, #fields)
    for _, value in ipairs(redis.call('HMGET', key, unpack(fields, first, last))) do
      values[#values + 1] = value
    end
  end
  return values
end

-- A process of another version asks in another way: it misses the function, and looks which version there is.
local function register(name, callback, flags)
  redis.register_function({ function_name = 'daybook_' .. name .. '_' .. VERSION, callback = callback, flags = flags })
end

local function register_reader(name, callback)
  register(name, callback, { 'no-writes' })
end
