-- Records a group of appends, each judged by itself, in order: one that is refused writes nothing, and leaves its
-- neighbours alone. The arguments: `cluster` or empty; the columns of their events (record.lua), of which the plan has of
-- each append:
--   how many streams it touches; where the next append begins in the plan; the place of what else there is to say, or 0
--   of each touch the place of the stream, the version expected (-1 any, -2 exists), how many events it gets
--   its events
-- The last argument of all is JSON, of the appends of which there is more to say:
--   the ids of its events if they may be recorded already: only such ids are looked up
--   its boundaries: of each the position looked up to, the types, the tags
--   its command's id, digest and result
-- Returns the time, and then of each append an outcome, with what belongs to it:
--   0 recorded: its last position, and by touch the version before
--   1 a version conflict: the place of the touch, the version met
--   2 a boundary conflict: the position met
--   3 its first event is recorded already
--   4 its command is recorded already: the record
--   5 an id of its events is taken: the id
-- append-call.ts writes the one and reads the other.

local ANY, EXISTS = -1, -2

local function look_up_doubtful(pen, extras)
  local ids = {}
  for _, extra in ipairs(extras) do
    for _, id in ipairs(extra[1]) do
      ids[#ids + 1] = id
    end
  end
  look_up_ids(pen, ids)
end

local function is_met(expected, version)
  return expected == version or expected == ANY or (expected == EXISTS and version > 0)
end

-- The lowest position of an event that breaks one of the boundaries, or nil.
local function find_broken(pen, boundaries)
  if #boundaries > 0 then
    write_all_lists(pen)
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

-- The outcome of a conflict, the place of the first touch that does not meet its stream's version, and that version; or
-- nil.
local function find_conflict(pen, at)
  local plan, counts = pen.plan, pen.lists.stream.counts
  for touch = 1, plan[at] do
    local version = counts[plan[at + touch * 3]]
    if not is_met(plan[at + touch * 3 + 1], version) then
      return 1, touch, version
    end
  end
end

-- Why the append is refused: an outcome, and what belongs to it; or nil. A repeat is found before versions and
-- boundaries, which its own first attempt has moved.
local function judge(pen, at, extra)
  if extra == nil then
    return find_conflict(pen, at)
  end
  local ids, boundaries, command = unpack(extra)
  local record = command and redis.call('HGET', pen.log.commands, command[1])
  if record then
    return 4, record
  end
  if ids[1] ~= nil and pen.known_ids[ids[1]] then
    return 3
  end
  local conflict, touch, version = find_conflict(pen, at)
  if conflict ~= nil then
    return conflict, touch, version
  end
  local broken = find_broken(pen, boundaries)
  if broken ~= nil then
    return 2, broken
  end
  local taken = find_taken_id(pen, ids)
  if taken ~= nil then
    return 5, taken
  end
end

local function record_command(pen, id, digest, result)
  redis.call('HSET', pen.log.commands, id, pen.now .. '\n' .. digest .. '\n' .. result)
  redis.call('ZADD', pen.log.command_times, pen.now, id)
end

local function answer_recorded(pen, at, replies)
  local plan, counts = pen.plan, pen.lists.stream.counts
  local last = #replies
  replies[last + 1] = 0
  replies[last + 2] = pen.position
  for touch = 1, plan[at] do
    replies[last + 2 + touch] = counts[plan[at + touch * 3]]
    replies[last + 2] = replies[last + 2] + plan[at + touch * 3 + 2]
  end
end

local function record(pen, at, extra)
  local plan = pen.plan
  local event_at = at + 3 + plan[at] * 3
  for touch_at = at + 3, event_at - 1, 3 do
    for _ = 1, plan[touch_at + 2] do
      event_at = write_event(pen, event_at, plan[touch_at], pen.now)
    end
  end
  if extra == nil then
    return
  end
  for _, id in ipairs(extra[1]) do
    pen.known_ids[id] = true
  end
  if extra[3] ~= nil then
    record_command(pen, unpack(extra[3]))
  end
end

-- The texts of an append that is refused are passed over.
local function pass_over(pen, at)
  local plan = pen.plan
  local event_at = at + 3 + plan[at] * 3
  while event_at < plan[at + 1] do
    take_texts(pen, event_at)
    event_at = event_at + 4 + plan[event_at + 3]
  end
end

local function append_one(pen, at, extra, replies)
  local outcome, first, second = judge(pen, at, extra)
  if outcome == nil then
    answer_recorded(pen, at, replies)
    record(pen, at, extra)
  else
    replies[#replies + 1] = outcome
    replies[#replies + 1] = first
    replies[#replies + 1] = second
    pass_over(pen, at)
  end
end

local function append_group(keys, args)
  local log = open_log(keys)
  local missing = find_missing_right(log)
  if missing ~= nil then
    return missing
  end
  local pen = open_pen(log, args)
  pen.now = int(pen.now_ms)
  if args[1] == 'cluster' then
    assert_keys_here(pen)
  end
  local extras = cjson.decode(args[#args])
  look_up_doubtful(pen, extras)
  local replies = { pen.now_ms }
  local plan, at = pen.plan, 1
  while plan[at] ~= nil do
    append_one(pen, at, extras[plan[at + 2]], replies)
    at = plan[at + 1]
  end
  close_pen(pen)
  return replies
end

register('append', append_group)
