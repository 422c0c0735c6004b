-- Reading: each function gives a page of events as they are stored, which ends early where its events are large.

-- A page is cut where it weighs this much: some megabytes of reply keep the server and the client busy for moments only.
local PAGE_BYTES = 4194304
-- Entries fetched at once: where each is a megabyte, this is what a page may go beyond its weight.
local FIRST_CHUNK_EVENTS = 8
local LONGEST_CHUNK_EVENTS = 64
-- Steps of a search before it gives what it has: some ten milliseconds, in which nobody else is served.
local MAX_STEPS = 10000

local function open_page(size)
  return { size = size, weight = 0, events = 0, texts = {} }
end

local function is_full(page)
  return page.events >= page.size or page.weight >= PAGE_BYTES
end

local function fetch(log, first, last, backwards, count)
  if backwards then
    return redis.call('XREVRANGE', log.events, int(last), int(first), 'COUNT', count)
  end
  return redis.call('XRANGE', log.events, int(first), int(last), 'COUNT', count)
end

-- An event is in two parts, the numbers that only the server knows, and the rest.
local function add_entries(page, entries)
  local texts, events = page.texts, page.events
  for place, entry in ipairs(entries) do
    local fields = entry[2]
    local numbers, body = fields[1], fields[2]
    texts[(events + place) * 2 - 1] = numbers
    texts[(events + place) * 2] = body
    page.weight = page.weight + #numbers + #body
  end
  page.events = events + #entries
end

local function next_chunk(page)
  local events = page.events
  if events == 0 then
    return math.min(FIRST_CHUNK_EVENTS, page.size)
  end
  local fitting = math.ceil((PAGE_BYTES - page.weight) * events / math.max(page.weight, 1))
  return math.max(1, math.min(fitting, LONGEST_CHUNK_EVENTS, page.size - events))
end

-- Adds events from `first` to `last` until the page is full.
local function add_range(page, log, first, last, backwards)
  while first <= last and not is_full(page) do
    local entries = fetch(log, first, last, backwards, next_chunk(page))
    add_entries(page, entries)
    if #entries == 0 then
      return
    elseif backwards then
      last = tonumber(entries[#entries][1]:match('^%d+')) - 1
    else
      first = tonumber(entries[#entries][1]:match('^%d+')) + 1
    end
  end
end

local function position_of(numbers)
  return tonumber(numbers:match('^%[(%d+)'))
end

local function head_of(log)
  return tonumber(redis.call('HGET', log.head, 'position') or '0')
end

-- Where to go on after a page that was filled before its end; empty when there is no more.
local function next_of(place, first, last, backwards)
  if place == nil or (backwards and place <= first) or (not backwards and place >= last) then
    return ''
  end
  return backwards and place - 1 or place
end

local function add_matches(page, log, search, first, last, backwards)
  local step = backwards and -1 or 1
  local position = backwards and last or first
  while position >= first and position <= last do
    local found = find(search, position, MAX_STEPS)
    if found == nil then
      -- Searched no further than this: the events from there on are for the next page.
      return search.stopped_at and search.stopped_at - step
    elseif found < first or found > last then
      return nil
    end
    add_entries(page, fetch(log, found, found, false, 1))
    if is_full(page) then
      return found
    end
    position = found + step
  end
  return nil
end

-- Events after `low`, up to and with `high` (empty for the head). Returns the head, where to go on (a new `low`, or
-- backwards a new `high`; empty when there is no more), and the events.
local function read(keys, args)
  local log = open_log(keys)
  local take = reader(args, 1)
  local first = tonumber(take()) + 1
  local high = tonumber(take())
  local backwards = take() == 'backwards'
  local page = open_page(tonumber(take()))
  local filter = { category = take() }
  filter.types = take_list(take)
  filter.tags = take_list(take)
  filter.correlation_id = take()
  filter.ids = take_list(take)
  local head = head_of(log)
  local last = math.min(high or head, head)
  local search = open_search(log, filter, backwards)
  local place
  if #search.cursors > 0 then
    place = add_matches(page, log, search, first, last, backwards)
  else
    add_range(page, log, first, last, backwards)
    place = page.events > 0 and position_of(page.texts[#page.texts - 1]) or nil
  end
  return { head, next_of(place, first, last, backwards), page.texts }
end

-- Adds the events at these positions, neighbours of which are fetched together, until the page is full.
local function add_positions(page, log, positions, backwards)
  local step = backwards and -1 or 1
  local place = 1
  while place <= #positions and not is_full(page) do
    local start = place
    while positions[place + 1] ~= nil and positions[place + 1] - positions[place] == step do
      place = place + 1
    end
    local one, other = positions[start], positions[place]
    add_range(page, log, math.min(one, other), math.max(one, other), backwards)
    place = place + 1
  end
end

local function add_versions(positions, text, before, first, last)
  for place, position in ipairs(parse_positions(text)) do
    if before + place >= first and before + place <= last then
      positions[#positions + 1] = position
    end
  end
end

-- The positions of a stream's versions, the lowest first.
local function list_positions(log, stream, first, last)
  local positions = {}
  local chunked = count_chunked(stream)
  if first <= math.min(last, chunked) then
    local from, to = math.ceil(first / CHUNK) * CHUNK, math.min(math.ceil(last / CHUNK) * CHUNK, chunked)
    for place, entry in ipairs(redis.call('XRANGE', chunks_of(log, stream), from, to)) do
      add_versions(positions, entry[2][2], from + (place - 2) * CHUNK, first, last)
    end
  end
  if last > chunked then
    add_versions(positions, stream.tail, chunked, first, last)
  end
  return positions
end

local function reverse(list)
  local reversed = {}
  for place = #list, 1, -1 do
    reversed[#reversed + 1] = list[place]
  end
  return reversed
end

-- Those of a page of a stream, in the order of reading.
local function page_positions(log, stream, first, last, backwards, size)
  if first > last then
    return {}
  elseif backwards then
    return reverse(list_positions(log, stream, math.max(first, last - size + 1), last))
  end
  return list_positions(log, stream, first, math.min(last, first + size - 1))
end

-- Events of a stream from version `low` + 1 to `high` (empty for the last). Returns the stream's version, where to go on
-- (a new `low`, or backwards a new `high`; empty when there is no more), and the events.
local function read_stream(keys, args)
  local log = open_log(keys)
  local take = reader(args, 1)
  local stream = load_list(log, 'stream', take())
  local first = tonumber(take()) + 1
  local high = tonumber(take())
  local backwards = take() == 'backwards'
  local page = open_page(tonumber(take()))
  local version = stream.count
  local last = math.min(high or version, version)
  add_positions(page, log, page_positions(log, stream, first, last, backwards, page.size), backwards)
  local read_events = page.events
  local place
  if read_events > 0 then
    place = backwards and last - read_events + 1 or first + read_events - 1
  end
  return { version, next_of(place, first, last, backwards), page.texts }
end

-- Those of the events with these ids that are recorded, in the order of their positions.
local function read_ids(keys, args)
  local log = open_log(keys)
  local page = open_page(0)
  for _, position in ipairs(positions_of_ids(log, args, false)) do
    add_entries(page, fetch(log, position, position, false, 1))
  end
  return page.texts
end

-- The last position whose time is at or before the one given, or 0. Times never go back, so it is found by halving.
local function position_at(keys, args)
  local log = open_log(keys)
  local time_ms = tonumber(args[1])
  local low, high = 0, head_of(log)
  while low < high do
    local middle = math.ceil((low + high) / 2)
    local numbers = fetch(log, middle, middle, false, 1)[1][2][1]
    if tonumber(numbers:match('^%[%d+,%d+,(%-?%d+)')) <= time_ms then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

register_reader('read', read)
register_reader('read_stream', read_stream)
register_reader('read_ids', read_ids)
register_reader('position_at', position_at)
