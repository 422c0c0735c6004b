-- Takes in a batch of history, all of it or nothing. The arguments: `cluster` or empty; the columns of the events
-- (record.lua), of which the plan has of each: its stream's place, its time in milliseconds (empty for now), the event.
-- Returns a list that begins with an outcome:
--   0 imported: the log's head
--   1 an event is earlier than the one before: its place from 0, its time, the time before
--   2 an id is taken: the id

local function past_event(plan, at)
  return at + 6 + plan[at + 5]
end

-- Gives those events the present time that have none.
local function find_disorder(pen)
  local plan, at = pen.plan, 1
  local last_ms = pen.last_ms or -math.huge
  local place = 0
  while plan[at] ~= nil do
    local time_ms = tonumber(plan[at + 1]) or math.max(pen.now_ms, last_ms)
    if time_ms < last_ms then
      return { 1, place, time_ms, last_ms }
    end
    plan[at + 1] = time_ms
    last_ms = time_ms
    place = place + 1
    at = past_event(plan, at)
  end
end

local function list_given_ids(pen)
  local ids, plan, at = {}, pen.plan, 1
  local first_text = pen.next_text
  while plan[at] ~= nil do
    ids[#ids + 1] = take_texts(pen, at + 2)
    at = past_event(plan, at)
  end
  pen.next_text = first_text
  return ids
end

local function import_batch(keys, args)
  local log = open_log(keys)
  local missing = find_missing_right(log)
  if missing ~= nil then
    return missing
  end
  local pen = open_pen(log, args)
  local disorder = find_disorder(pen)
  if disorder ~= nil then
    return disorder
  end
  local ids = list_given_ids(pen)
  look_up_ids(pen, ids)
  local taken = find_taken_id(pen, ids)
  if taken ~= nil then
    return { 2, taken }
  end
  if args[1] == 'cluster' then
    assert_keys_here(pen)
  end
  local plan, at = pen.plan, 1
  while plan[at] ~= nil do
    at = write_event(pen, at + 2, plan[at], int(plan[at + 1]))
  end
  close_pen(pen)
  return { 0, pen.position }
end

register('import', import_batch)
