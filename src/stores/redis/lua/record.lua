-- Recording events. A pen is held for the length of one call: it knows where the log and the lists touched stand, and
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
    lists = open_lists(log),
    new_streams = {}, -- the scores and names of those that have had no event before, as ZADD takes them
    known_ids = {}, -- of the ids that are asked about: those that are recorded, and those of this call
    id_list = {}, -- by turns the ids of this call and their positions, as HSET takes them
    kinds = {}, -- of the events of this call (take_kinds)
  }
end

-- What the events of a call are like, which are many of few kinds: of each kind the category, the type, the schema version.
local function take_kinds(pen, lines)
  for place, line in ipairs(cjson.decode(lines)) do
    pen.kinds[place] = {
      name = table.concat(line, '\n'),
      category = want_list(pen.lists, 'category', line[1], 0),
      type = want_list(pen.lists, 'type', line[2], 0),
      events = 0,
    }
  end
end

-- An event as the client sends it. Its line has the id, the place of its kind, and then, if it has any, the correlation id
-- or an empty text, and the tags; its body is the JSON that follows the three numbers which only the server knows.
local function take_event(pen, stream, line, body)
  local lists, kind = pen.lists, pen.kinds[line[2]]
  stream.uses = stream.uses + 1
  kind.category.uses = kind.category.uses + 1
  kind.type.uses = kind.type.uses + 1
  local marks
  if line[3] ~= nil then
    marks = {}
    if line[3] ~= '' then
      marks[1] = want_list(lists, 'correlation', line[3], 1)
    end
    for place = 4, #line do
      marks[#marks + 1] = want_list(lists, 'tag', line[place], 1)
    end
  end
  return { id = line[1], kind = kind, stream = stream, marks = marks, body = body }
end

local function count_kind(kind, position)
  kind.events = kind.events + 1
  kind.first = kind.first or position
  kind.last = position
end

local function list_event(pen, event, position)
  local lists = pen.lists
  add_position(lists, event.stream, position)
  add_position(lists, event.kind.category, position)
  add_position(lists, event.kind.type, position)
  if event.marks ~= nil then
    for _, mark in ipairs(event.marks) do
      add_position(lists, mark, position)
    end
  end
end

-- The time is a text.
local function write_event(pen, event, time)
  pen.position = pen.position + 1
  local position = int(pen.position)
  local stream = event.stream
  list_event(pen, event, position)
  count_kind(event.kind, position)
  local text = '[' .. position .. ',' .. int(stream.count) .. ',' .. time .. ',' .. event.body
  redis.call('XADD', pen.log.events, position .. '-0', 'event', text)
  if stream.count == 1 then
    pen.new_streams[#pen.new_streams + 1] = '0'
    pen.new_streams[#pen.new_streams + 1] = stream.name
  end
  pen.id_list[#pen.id_list + 1] = event.id
  pen.id_list[#pen.id_list + 1] = position
  pen.known_ids[event.id] = true
  pen.last_time = time
end

local function list_written_kinds(pen)
  local kinds, names = {}, {}
  for _, kind in ipairs(pen.kinds) do
    if kind.events > 0 then
      kinds[#kinds + 1] = kind
      names[#names + 1] = kind.name
    end
  end
  return kinds, names
end

local function write_kinds(pen)
  local kinds, names = list_written_kinds(pen)
  local lines = {}
  for place, before in ipairs(get_in_parts(pen.log.types, names)) do
    local kind = kinds[place]
    local events, first = 0, kind.first
    if before then
      events, first = before:match('^(%d+) (%d+)')
    end
    lines[#lines + 1] = kind.name
    lines[#lines + 1] = int(events + kind.events) .. ' ' .. first .. ' ' .. kind.last
  end
  call_in_parts('HSET', pen.log.types, lines)
end

-- Writes down what the call has gathered.
local function close_pen(pen)
  if #pen.id_list == 0 then
    return
  end
  redis.call('HSET', pen.log.head, 'position', int(pen.position), 'recordedAt', pen.last_time)
  call_in_parts('HSET', pen.log.ids, pen.id_list)
  write_lists(pen.lists)
  call_in_parts('ZADD', pen.log.streams, pen.new_streams)
  write_kinds(pen)
end

-- Looks up which of the events' ids the log holds already.
local function look_up_ids(pen, events)
  local ids = {}
  for place, event in ipairs(events) do
    ids[place] = event.id
  end
  for place, position in ipairs(get_in_parts(pen.log.ids, ids)) do
    if position then
      pen.known_ids[ids[place]] = true
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
local function assert_keys_here(pen)
  local log = pen.log
  for _, key in ipairs({ log.head, log.events, log.ids, log.streams, log.types, log.commands, log.command_times }) do
    redis.call('EXISTS', key)
  end
  for _, key in ipairs(keys_of_lists(pen.lists)) do
    redis.call('EXISTS', key)
  end
end
