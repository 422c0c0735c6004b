-- Recording events. A pen is held for the length of one call: it knows where the log and the streams touched stand, and
-- what is still to be written down at the end of the call. Nothing else runs on the server meanwhile, and nothing of the
-- call is lost alone: Redis writes what a call did to its append-only file as one transaction.
--
-- Every check is made before the first write: a call that fails later would leave half of its work.

-- A user who lacks a right would be stopped in the middle: what they lack is said before anything is written.
local function find_missing_right(log)
  local needed = {
    { 'XADD', log.events, '*', 'field', 'value' },
    { 'HSET', log.head, 'field', 'value' },
    { 'ZADD', log.streams, '0', 'member' },
    { 'RPUSH', key_of(log, 'stream', 'any-1'), 'element' },
  }
  for _, command in ipairs(needed) do
    if not redis.acl_check_cmd(unpack(command)) then
      return redis.error_reply('NOPERM this user may not ' .. command[1] .. ' the keys of Daybook. Nothing was written.')
    end
  end
end

local function open_pen(log)
  local head = redis.call('HMGET', log.head, 'position', 'recordedAt')
  local last_ms = tonumber(head[2] or nil)
  return {
    log = log,
    position = tonumber(head[1] or '0'),
    last_ms = last_ms,
    now_ms = math.max(now(), last_ms or -math.huge),
    streams = {}, -- by name: the version, and the positions to be added to its index
    known_ids = {}, -- of the ids that are asked about: those that are recorded, and those of this call
    id_list = {}, -- by turns the ids of this call and their positions, as HSET takes them
    postings = {}, -- by key of a type or category: the positions to be added to its list
    kinds = {}, -- by category, type and schema version: what to add to their counts
  }
end

local function stream_of(pen, name)
  local stream = pen.streams[name]
  if stream == nil then
    local key = key_of(pen.log, 'stream', name)
    stream = { key = key, version = redis.call('LLEN', key), added = {} }
    stream.is_new = stream.version == 0
    pen.streams[name] = stream
  end
  return stream
end

-- An event as the client sends it: its body is the JSON that follows the three numbers which only the server knows.
local function take_event(take, stream)
  local event = { stream = stream, id = take() }
  event.type = take()
  event.schema_version = take()
  event.body = take()
  event.correlation_id = take()
  event.tags = take_list(take)
  return event
end

-- A list's entry holds no more than this: whoever looks for one of its positions reads all.
local MAX_POSTINGS = 64

local function write_postings(pen, key, positions)
  redis.call('XADD', key, positions[#positions] .. '-0', 'positions', table.concat(positions, ' '))
  pen.postings[key] = nil
end

local function add_posting(pen, key, position)
  local positions = pen.postings[key]
  if positions == nil then
    positions = {}
    pen.postings[key] = positions
  end
  table.insert(positions, position)
  if #positions == MAX_POSTINGS then
    write_postings(pen, key, positions)
  end
end

-- What a search is to find must be written; a later entry's id is higher than that of this one.
local function flush_postings(pen)
  for key, positions in pairs(pen.postings) do
    write_postings(pen, key, positions)
  end
end

local function count_kind(pen, category, event)
  local kind = category .. '\n' .. event.type .. '\n' .. event.schema_version
  local counted = pen.kinds[kind]
  if counted == nil then
    pen.kinds[kind] = { events = 1, first = pen.position, last = pen.position }
  else
    counted.events = counted.events + 1
    counted.last = pen.position
  end
end

local function write_event(pen, event, time_ms)
  local log = pen.log
  local stream = stream_of(pen, event.stream)
  local category = category_of(event.stream)
  pen.position = pen.position + 1
  stream.version = stream.version + 1
  local position = int(pen.position)
  local text = '[' .. position .. ',' .. int(stream.version) .. ',' .. int(time_ms) .. ',' .. event.body
  redis.call('XADD', log.events, position .. '-0', 'event', text)
  add_posting(pen, key_of(log, 'type', event.type), position)
  add_posting(pen, key_of(log, 'category', category), position)
  for _, tag in ipairs(event.tags) do
    redis.call('ZADD', key_of(log, 'tag', tag), position, position)
  end
  if event.correlation_id ~= '' then
    redis.call('ZADD', key_of(log, 'correlated', event.correlation_id), position, position)
  end
  table.insert(stream.added, position)
  table.insert(pen.id_list, event.id)
  table.insert(pen.id_list, position)
  pen.known_ids[event.id] = true
  pen.last_ms = time_ms
  count_kind(pen, category, event)
end

local function write_kinds(pen)
  for kind, counted in pairs(pen.kinds) do
    local before = redis.call('HGET', pen.log.types, kind)
    local events, first = 0, int(counted.first)
    if before then
      events, first = before:match('^(%d+) (%d+)')
    end
    local after = int(events + counted.events) .. ' ' .. first .. ' ' .. int(counted.last)
    redis.call('HSET', pen.log.types, kind, after)
  end
end

local function write_streams(pen)
  local new_names = {}
  for name, stream in pairs(pen.streams) do
    call_in_parts('RPUSH', stream.key, stream.added)
    if stream.is_new and #stream.added > 0 then
      table.insert(new_names, '0')
      table.insert(new_names, name)
    end
  end
  call_in_parts('ZADD', pen.log.streams, new_names)
end

-- Writes down what the call has gathered.
local function close_pen(pen)
  if #pen.id_list == 0 then
    return
  end
  flush_postings(pen)
  redis.call('HSET', pen.log.head, 'position', int(pen.position), 'recordedAt', int(pen.last_ms))
  call_in_parts('HSET', pen.log.ids, pen.id_list)
  write_streams(pen)
  write_kinds(pen)
end

-- Looks up which of the events' ids the log holds already.
local function look_up_ids(pen, events)
  for first = 1, #events, MAX_ARGUMENTS do
    local ids = {}
    for place = first, math.min(first + MAX_ARGUMENTS - 1, #events) do
      table.insert(ids, events[place].id)
    end
    for place, position in ipairs(redis.call('HMGET', pen.log.ids, unpack(ids))) do
      if position then
        pen.known_ids[ids[place]] = true
      end
    end
  end
end

-- The first of the events' ids that the log holds, or that was given twice; nil when all are new.
local function find_taken_id(pen, events)
  local seen = {}
  for _, event in ipairs(events) do
    if pen.known_ids[event.id] or seen[event.id] then
      return event.id
    end
    seen[event.id] = true
  end
  return nil
end

-- While a cluster moves the log to another server, key by key, a key that is gone already fails the command that asks
-- for it. Here every key that the events need is asked for, before anything is written.
local function assert_keys_here(log, events)
  local keys = { log.head, log.events, log.ids, log.streams, log.types, log.commands, log.command_times }
  for _, event in ipairs(events) do
    table.insert(keys, key_of(log, 'stream', event.stream))
    table.insert(keys, key_of(log, 'type', event.type))
    table.insert(keys, key_of(log, 'category', category_of(event.stream)))
    table.insert(keys, key_of(log, 'correlated', event.correlation_id))
    for _, tag in ipairs(event.tags) do
      table.insert(keys, key_of(log, 'tag', tag))
    end
  end
  for _, key in ipairs(keys) do
    redis.call('EXISTS', key)
  end
end
