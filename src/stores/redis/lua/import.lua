-- Takes in a batch of history, all of it or nothing. The arguments: `cluster` or empty; the kinds of the events; the
-- events, these two as JSON: of each its time in milliseconds (empty for now), its stream, and its line (record.lua); then
-- their bodies, in order. Returns a list that begins with an outcome:
--   0 imported: the log's head
--   1 an event is earlier than the one before: its place from 0, its time, the time before
--   2 an id is taken: the id
local function take_batch(pen, kinds, lines, take_body)
  take_kinds(pen, kinds)
  local events = {}
  for place, line in ipairs(cjson.decode(lines)) do
    local event = take_event(pen, want_list(pen.lists, 'stream', line[2], 0), line[3], take_body())
    event.time_ms = tonumber(line[1])
    events[place] = event
  end
  return events
end

local function find_disorder(pen, events)
  local last_ms = pen.last_ms or -math.huge
  for place, event in ipairs(events) do
    event.time_ms = event.time_ms or math.max(pen.now_ms, last_ms)
    if event.time_ms < last_ms then
      return { 1, place - 1, event.time_ms, last_ms }
    end
    last_ms = event.time_ms
  end
end

local function import_batch(keys, args)
  local log = open_log(keys)
  local missing = find_missing_right(log)
  if missing ~= nil then
    return missing
  end
  local pen = open_pen(log)
  local events = take_batch(pen, args[2], args[3], reader(args, 4))
  local disorder = find_disorder(pen, events)
  if disorder ~= nil then
    return disorder
  end
  look_up_ids(pen, events)
  local taken = find_taken_id(pen, events)
  if taken ~= nil then
    return { 2, taken }
  end
  load_lists(pen.lists)
  if args[1] == 'cluster' then
    assert_keys_here(pen)
  end
  for _, event in ipairs(events) do
    write_event(pen, event, int(event.time_ms))
  end
  close_pen(pen)
  return { 0, pen.position }
end

redis.register_function('daybook_import', import_batch)
