-- Records a group of appends, each judged by itself, in order: one that is refused writes nothing, and leaves its
-- neighbours alone. The arguments: `cluster` or empty, how many appends, then of each
--   the id of its first event if it may be a repeat, or empty
--   its command's id, digest and result, or three empty texts
--   how many touches, then of each the stream, the version expected (-1 any, -2 exists), how many events, the events
--   how many boundaries, then of each the position looked up to, the types, the tags
-- Returns of each append a list that begins with an outcome:
--   0 recorded: its last position, the time, and by touch the version before
--   1 a version conflict: the place of the touch, the version met
--   2 a boundary conflict: the position met
--   3 its first event is recorded already
--   4 its command is recorded already: the record
--   5 an id of its events is taken: the id
-- append-call.ts writes the one and reads the other.

local ANY, EXISTS = -1, -2

local function take_touch(take)
  local touch = { stream = take(), events = {} }
  touch.expected = tonumber(take())
  for place = 1, tonumber(take()) do
    touch.events[place] = take_event(take, touch.stream)
  end
  return touch
end

local function take_append(take)
  local append = { first_id = take() }
  append.command_id = take()
  append.command_digest = take()
  append.command_result = take()
  append.touches = {}
  append.events = {}
  for place = 1, tonumber(take()) do
    append.touches[place] = take_touch(take)
    for _, event in ipairs(append.touches[place].events) do
      table.insert(append.events, event)
    end
  end
  append.boundaries = {}
  for place = 1, tonumber(take()) do
    local boundary = { category = '', correlation_id = '', ids = {} }
    boundary.after = tonumber(take())
    boundary.types = take_list(take)
    boundary.tags = take_list(take)
    append.boundaries[place] = boundary
  end
  return append
end

local function is_met(expected, version)
  return expected == version or expected == ANY or (expected == EXISTS and version > 0)
end

-- The lowest position of an event that breaks one of the boundaries, or nil.
local function find_broken(pen, boundaries)
  if #boundaries > 0 then
    flush_postings(pen)
  end
  local lowest
  for _, boundary in ipairs(boundaries) do
    local found = find(open_search(pen.log, boundary, false), boundary.after + 1)
    if found ~= nil and found <= pen.position and (lowest == nil or found < lowest) then
      lowest = found
    end
  end
  return lowest
end

local function find_conflict(pen, touches)
  for place, touch in ipairs(touches) do
    local version = stream_of(pen, touch.stream).version
    if not is_met(touch.expected, version) then
      return { 1, place, version }
    end
  end
end

-- Why the append is refused, or nil. A repeat is found before versions and boundaries, which its own first attempt has
-- moved.
local function judge(pen, append)
  local command = append.command_id ~= '' and redis.call('HGET', pen.log.commands, append.command_id)
  if command then
    return { 4, command }
  end
  if append.first_id ~= '' and pen.known_ids[append.first_id] then
    return { 3 }
  end
  local conflict = find_conflict(pen, append.touches)
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

local function record(pen, append)
  local reply = { 0, 0, pen.now_ms }
  for _, touch in ipairs(append.touches) do
    table.insert(reply, stream_of(pen, touch.stream).version)
  end
  for _, event in ipairs(append.events) do
    write_event(pen, event, pen.now_ms)
  end
  if append.command_id ~= '' then
    local command = int(pen.now_ms) .. '\n' .. append.command_digest .. '\n' .. append.command_result
    redis.call('HSET', pen.log.commands, append.command_id, command)
    redis.call('ZADD', pen.log.command_times, int(pen.now_ms), append.command_id)
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
  local take = reader(args)
  local is_cluster = take() == 'cluster'
  local appends = {}
  local events = {}
  for place = 1, tonumber(take()) do
    appends[place] = take_append(take)
    for _, event in ipairs(appends[place].events) do
      table.insert(events, event)
    end
  end
  look_up_ids(pen, events)
  if is_cluster then
    assert_keys_here(pen.log, events)
  end
  local replies = {}
  for place, append in ipairs(appends) do
    replies[place] = judge(pen, append) or record(pen, append)
  end
  close_pen(pen)
  return replies
end

redis.register_function('daybook_append', append_group)
