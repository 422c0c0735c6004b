-- Records a group of appends, each judged by itself, in order: one that is refused writes nothing, and leaves its
-- neighbours alone. The arguments: `cluster` or empty; the kinds of their events; the appends, these two as JSON; then
-- the bodies of all events, in order. An append is an array, of which the end is left out where it says nothing:
--   its touches: of each the stream, the version expected (-1 any, -2 exists), the lines of its events (record.lua)
--   the id of its first event if the events may be recorded already, or an empty text: such ids are looked up
--   its boundaries: of each the position looked up to, the types, the tags
--   its command's id, digest and result
-- Returns of each append a list that begins with an outcome:
--   0 recorded: its last position, the time, and by touch the version before
--   1 a version conflict: the place of the touch, the version met
--   2 a boundary conflict: the position met
--   3 its first event is recorded already
--   4 its command is recorded already: the record
--   5 an id of its events is taken: the id
-- append-call.ts writes the one and reads the other.

local ANY, EXISTS = -1, -2

local function take_append(pen, line, take_body)
  local append = { first_id = line[2] or '', boundaries = line[3] or {}, command = line[4], touches = {}, events = {} }
  for place, touch in ipairs(line[1]) do
    local stream = want_list(pen.lists, 'stream', touch[1], 0)
    append.touches[place] = { stream = stream, expected = touch[2] }
    for _, event in ipairs(touch[3]) do
      append.events[#append.events + 1] = take_event(pen, stream, event, take_body())
    end
  end
  return append
end

local function take_group(pen, kinds, lines, take_body)
  take_kinds(pen, kinds)
  local appends = {}
  local doubtful = {}
  for place, line in ipairs(cjson.decode(lines)) do
    local append = take_append(pen, line, take_body)
    appends[place] = append
    if append.first_id ~= '' then
      for _, event in ipairs(append.events) do
        doubtful[#doubtful + 1] = event
      end
    end
  end
  look_up_ids(pen, doubtful)
  load_lists(pen.lists)
  return appends
end

local function is_met(expected, version)
  return expected == version or expected == ANY or (expected == EXISTS and version > 0)
end

-- The lowest position of an event that breaks one of the boundaries, or nil.
local function find_broken(pen, boundaries)
  if #boundaries > 0 then
    write_lists(pen.lists)
  end
  local lowest
  for _, boundary in ipairs(boundaries) do
    local after, types, tags = unpack(boundary)
    local filter = { category = '', correlation_id = '', ids = {}, types = types, tags = tags }
    local found = find(open_search(pen.log, filter, false), after + 1)
    if found ~= nil and found <= pen.position and (lowest == nil or found < lowest) then
      lowest = found
    end
  end
  return lowest
end

local function find_conflict(touches)
  for place, touch in ipairs(touches) do
    if not is_met(touch.expected, touch.stream.count) then
      return { 1, place, touch.stream.count }
    end
  end
end

-- Why the append is refused, or nil. A repeat is found before versions and boundaries, which its own first attempt has
-- moved.
local function judge(pen, append)
  local command = append.command and redis.call('HGET', pen.log.commands, append.command[1])
  if command then
    return { 4, command }
  end
  if append.first_id ~= '' and pen.known_ids[append.first_id] then
    return { 3 }
  end
  local conflict = find_conflict(append.touches)
  if conflict ~= nil then
    return conflict
  end
  local broken = find_broken(pen, append.boundaries)
  if broken ~= nil then
    return { 2, broken }
  end
  local taken = find_taken_id(pen, append.events)
  return taken and { 5, taken }
end

local function record_command(pen, id, digest, result)
  redis.call('HSET', pen.log.commands, id, pen.now .. '\n' .. digest .. '\n' .. result)
  redis.call('ZADD', pen.log.command_times, pen.now, id)
end

local function record(pen, append)
  local reply = { 0, 0, pen.now_ms }
  for place, touch in ipairs(append.touches) do
    reply[place + 3] = touch.stream.count
  end
  for _, event in ipairs(append.events) do
    write_event(pen, event, pen.now)
  end
  if append.command ~= nil then
    record_command(pen, unpack(append.command))
  end
  reply[2] = pen.position
  return reply
end

local function append_group(keys, args)
  local log = open_log(keys)
  local missing = find_missing_right(log)
  if missing ~= nil then
    return missing
  end
  local pen = open_pen(log)
  pen.now = int(pen.now_ms)
  local appends = take_group(pen, args[2], args[3], reader(args, 4))
  if args[1] == 'cluster' then
    assert_keys_here(pen)
  end
  local replies = {}
  for place, append in ipairs(appends) do
    replies[place] = judge(pen, append) or record(pen, append)
  end
  close_pen(pen)
  return replies
end

redis.register_function('daybook_append', append_group)
