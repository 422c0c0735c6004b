-- Recording events. A pen is held for the length of one call: it knows where the log and the lists touched stand, and
-- what is still to be written down at the end of the call. Nothing else runs on the server meanwhile, and nothing of the
-- call is lost alone: Redis writes what a call did to its append-only file as one transaction.
--
-- Every check is made before the first write: a call that fails later would leave half of its work.
--
-- The events of a call come in columns, as a table for each would cost more than all that is done with it. The second
-- argument is JSON:
--   the number of names of each kind of list (KINDS)
--   the kinds of event: of each the places of its type and its category, and the schema version
--   the plan: numbers one after the other, which say by places what is to be done
--   in a cluster, by kind of list and place: how many positions may be added
-- The arguments that follow are those names, then the bodies of all events, each after its id where that was given. In a
-- plan an event is the place of its kind, of its correlation id (or 0), of the moment in which its id was made (or 0 where
-- it was given), how many tags it has, and their places. A body is the JSON that follows the three numbers which only the
-- server knows. event-columns.ts writes all this.

-- A user who lacks a right would be stopped in the middle: what they lack is said before anything is written.
local function find_missing_right(log)
  local needed = {
    { 'XADD', log.events, '*', 'field', 'value' },
    { 'HSET', log.head, 'field', 'value' },
    { 'ZADD', log.command_times, '0', 'member' },
  }
  for _, command in ipairs(needed) do
    if not redis.acl_check_cmd(unpack(command)) then
      return redis.error_reply('NOPERM this user may not ' .. command[1] .. ' the keys of Daybook. Nothing was written.')
    end
  end
end

-- Takes the lists' names, and returns where the events' texts begin.
local function take_lists(pen, sizes, args)
  local at = 3
  for n, kind in ipairs(KINDS) do
    local past = at + sizes[n]
    pen.lists[kind] = load_lists(pen.log, kind, slice(args, at, past - 1))
    at = past
  end
  return at
end

local function open_pen(log, args)
  local head = redis.call('HMGET', log.head, 'position', 'recordedAt')
  local last_ms = tonumber(head[2] or nil)
  local sizes, kinds, plan, uses = unpack(cjson.decode(args[2]))
  local pen = {
    log = log,
    args = args,
    position = tonumber(head[1] or '0'),
    last_ms = last_ms,
    now_ms = math.max(now(), last_ms or -math.huge),
    lists = {},
    kinds = kinds,
    plan = plan,
    uses = uses,
    known_ids = {}, -- of the ids that are asked about: those that are recorded
    id_list = {}, -- by turns the ids that were given and their positions, as HSET takes them
  }
  pen.next_text = take_lists(pen, sizes, args)
  return pen
end

local function count_kind(kind, position)
  kind.events = (kind.events or 0) + 1
  kind.first = kind.first or position
  kind.last = position
end

-- Adds the position to the lists of the event whose part of the plan begins at `at`; returns where that part ends.
local function list_event(pen, at, stream, position)
  local lists, plan = pen.lists, pen.plan
  local kind, correlation, moment, tags = pen.kinds[plan[at]], plan[at + 1], plan[at + 2], plan[at + 3]
  count_kind(kind, position)
  add_position(lists.stream, stream, position)
  add_position(lists.type, kind[1], position)
  add_position(lists.category, kind[2], position)
  if correlation > 0 then
    add_position(lists.correlation, correlation, position)
  end
  if moment > 0 then
    add_position(lists.moment, moment, position)
  end
  for place = at + 4, at + 3 + tags do
    add_position(lists.tag, plan[place], position)
  end
  return at + 4 + tags
end

-- The id of the event whose part of the plan begins at `at`, if it was given, and its body.
local function take_texts(pen, at)
  local place = pen.next_text
  if pen.plan[at + 2] > 0 then
    pen.next_text = place + 1
    return nil, pen.args[place]
  end
  pen.next_text = place + 2
  return pen.args[place], pen.args[place + 1]
end

-- The time is a text. Returns where the event's part of the plan ends.
local function write_event(pen, at, stream, time)
  pen.position = pen.position + 1
  local position = int(pen.position)
  local past = list_event(pen, at, stream, position)
  local version = int(pen.lists.stream.counts[stream])
  local id, body = take_texts(pen, at)
  -- In two parts: to make one text of them would cost as much as to write it.
  redis.call('XADD', pen.log.events, position, '[' .. position .. ',' .. version .. ',' .. time .. ',', body)
  if id ~= nil then
    pen.id_list[#pen.id_list + 1] = id
    pen.id_list[#pen.id_list + 1] = position
  end
  pen.last_time = time
  return past
end

local function name_of(pen, kind)
  local type, category, schema_version = unpack(kind)
  return pen.lists.category.names[category] .. '\n' .. pen.lists.type.names[type] .. '\n' .. int(schema_version)
end

local function list_written_kinds(pen)
  local kinds, names = {}, {}
  for _, kind in ipairs(pen.kinds) do
    if kind.events ~= nil then
      kinds[#kinds + 1] = kind
      names[#names + 1] = name_of(pen, kind)
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
    lines[#lines + 1] = names[place]
    lines[#lines + 1] = int(events + kind.events) .. ' ' .. first .. ' ' .. kind.last
  end
  call_in_parts('HSET', pen.log.types, lines)
end

local function write_all_lists(pen)
  for _, kind in ipairs(KINDS) do
    write_lists(pen.log, pen.lists[kind])
  end
end

-- Writes down what the call has gathered.
local function close_pen(pen)
  if pen.last_time == nil then
    return
  end
  redis.call('HSET', pen.log.head, 'position', int(pen.position), 'recordedAt', pen.last_time)
  call_in_parts('HSET', pen.log.ids, pen.id_list)
  write_all_lists(pen)
  write_kinds(pen)
end

-- Looks up which of the ids the log holds already.
local function look_up_ids(pen, ids)
  pen.known_ids = find_ids(pen.log, ids)
end

-- The first of the ids that the log holds, or that was given twice; nil when all are new.
local function find_taken_id(pen, ids)
  local seen = {}
  for _, id in ipairs(ids) do
    if pen.known_ids[id] or seen[id] then
      return id
    end
    seen[id] = true
  end
  return nil
end

-- While a cluster moves the log to another server, key by key, a key that is gone already fails the command that asks
-- for it. Here every key that the events need is asked for, before anything is written.
local function assert_keys_here(pen)
  local log = pen.log
  for _, key in ipairs({ log.head, log.events, log.ids, log.types, log.commands, log.command_times }) do
    redis.call('EXISTS', key)
  end
  for n, kind in ipairs(KINDS) do
    redis.call('EXISTS', lines_of(log, kind))
    for _, key in ipairs(list_chunk_keys(log, pen.lists[kind], pen.uses[n])) do
      redis.call('EXISTS', key)
    end
  end
end
