-- The search for events by what they have in common, in either direction. A cursor walks a list of positions, ever
-- onwards. Several lists are searched by leapfrog: each in turn jumps to what the others have reached, so that the work is
-- that of the rarest, however common the others are.

-- How many of a list's chunks are fetched at once.
local FIRST_CHUNKS = 4
local LONGEST_CHUNKS = 128

local function is_reached(found, position, backwards)
  if backwards then
    return found <= position
  end
  return found >= position
end

-- Adds positions, which go upwards, to those that are found, in the direction of the walk, from `position` on.
local function add_found(found, text, position, backwards)
  local positions = parse_positions(text)
  for place = 1, #positions do
    local each = backwards and positions[#positions - place + 1] or positions[place]
    if is_reached(each, position, backwards) then
      found[#found + 1] = each
    end
  end
end

local function add_chunks(found, cursor, position, backwards)
  local key = cursor.chunks
  local entries
  if backwards then
    -- The one that reaches into the range, though its last position is beyond.
    for _, entry in ipairs(redis.call('XRANGE', key, int(position + 1), '+', 'COUNT', 1)) do
      add_found(found, entry[2][2], position, backwards)
    end
    entries = redis.call('XREVRANGE', key, int(position), '-', 'COUNT', cursor.size)
  else
    entries = redis.call('XRANGE', key, int(position), '+', 'COUNT', cursor.size)
  end
  for _, entry in ipairs(entries) do
    add_found(found, entry[2][2], position, backwards)
  end
  return #entries < cursor.size
end

-- The next positions of the list from `position` on. The last of all are those in its line.
local function fetch_positions(cursor, position)
  local list, backwards = cursor.list, cursor.backwards
  local found = {}
  if backwards then
    add_found(found, list.tail, position, backwards)
  end
  cursor.is_dry = count_chunked(list) == 0 or add_chunks(found, cursor, position, backwards)
  if cursor.is_dry and not backwards then
    add_found(found, list.tail, position, backwards)
  end
  cursor.size = math.min(cursor.size * 4, LONGEST_CHUNKS)
  return found
end

local function open_cursor(log, kind, name, backwards)
  local list = load_list(log, kind, name)
  return {
    list = list,
    chunks = chunks_of(log, list),
    backwards = backwards,
    size = FIRST_CHUNKS,
    found = {},
    at = 1,
  }
end

-- The first position of the list from `position` on, or nil. What is asked for only ever moves onwards.
local function seek_list(cursor, position)
  local last = cursor.found[#cursor.found]
  if last == nil or not is_reached(last, position, cursor.backwards) then
    if cursor.is_dry then
      return nil
    end
    cursor.found = fetch_positions(cursor, position)
    cursor.at = 1
  end
  while cursor.found[cursor.at] ~= nil and not is_reached(cursor.found[cursor.at], position, cursor.backwards) do
    cursor.at = cursor.at + 1
  end
  return cursor.found[cursor.at]
end

-- The nearest position of any of several lists.
local function seek_any(cursor, position)
  local nearest
  for _, each in ipairs(cursor.any_of) do
    local found = seek_list(each, position)
    if found ~= nil and (nearest == nil or is_reached(nearest, found, cursor.backwards)) then
      nearest = found
    end
  end
  return nearest
end

local function seek(cursor, position)
  if cursor.any_of ~= nil then
    return seek_any(cursor, position)
  end
  return seek_list(cursor, position)
end

-- Ids that the store makes begin with the time, and are many of few moments: so they are found by what they begin with,
-- at most 16 of a process. Ids that were given are found each by itself.
local MOMENT_LENGTH = 17

local function moment_of(id)
  return id:sub(1, MOMENT_LENGTH)
end

local function list_all(log, list)
  local positions = {}
  if count_chunked(list) > 0 then
    for _, entry in ipairs(redis.call('XRANGE', chunks_of(log, list), '-', '+')) do
      add_found(positions, entry[2][2], 0, false)
    end
  end
  add_found(positions, list.tail, 0, false)
  return positions
end

-- Adds the ids of the moment with their positions. A body begins with its id.
local function add_moment(found, log, moment, line)
  for _, position in ipairs(list_all(log, read_line(new_list('moment', moment), line))) do
    local body = redis.call('XRANGE', log.events, int(position), '+', 'COUNT', 1)[1][2][2]
    found[body:sub(2, 37)] = position
  end
end

-- By id the position, of those ids that the log holds, and maybe of others.
local function find_ids(log, ids)
  local found, moments, is_known = {}, {}, {}
  for place, position in ipairs(get_in_parts(log.ids, ids)) do
    local moment = moment_of(ids[place])
    if position then
      found[ids[place]] = tonumber(position)
    elseif not is_known[moment] then
      is_known[moment] = true
      moments[#moments + 1] = moment
    end
  end
  for place, line in ipairs(get_in_parts(lines_of(log, 'moment'), moments)) do
    if line then
      add_moment(found, log, moments[place], line)
    end
  end
  return found
end

-- The positions of the events with these ids, those that there are, in the order in which they are looked through.
local function positions_of_ids(log, ids, backwards)
  local positions, found = {}, find_ids(log, ids)
  for _, id in ipairs(ids) do
    positions[#positions + 1] = found[id]
  end
  table.sort(positions, function(one, other)
    if backwards then
      return one > other
    end
    return one < other
  end)
  return positions
end

-- A filter has `ids` (any of them), `correlation_id`, `tags` (all of them), `types` (any of them) and `category`; what is
-- empty asks for nothing.
local function open_search(log, filter, backwards)
  local cursors = {}
  if #filter.ids > 0 then
    local found = positions_of_ids(log, filter.ids, backwards)
    table.insert(cursors, { found = found, at = 1, is_dry = true, backwards = backwards })
  end
  if filter.correlation_id ~= '' then
    table.insert(cursors, open_cursor(log, 'correlation', filter.correlation_id, backwards))
  end
  for _, tag in ipairs(filter.tags) do
    table.insert(cursors, open_cursor(log, 'tag', tag, backwards))
  end
  if #filter.types > 0 then
    local any_of = {}
    for _, type in ipairs(filter.types) do
      table.insert(any_of, open_cursor(log, 'type', type, backwards))
    end
    table.insert(cursors, { any_of = any_of, backwards = backwards })
  end
  if filter.category ~= '' then
    table.insert(cursors, open_cursor(log, 'category', filter.category, backwards))
  end
  return { cursors = cursors, steps = 0 }
end

-- The first match from `position` on, or nil. With `max_steps` the search may also stop early: then `stopped_at` says
-- from where to go on.
local function find(search, position, max_steps)
  local cursors = search.cursors
  local agreeing = 0
  local place = 1
  while agreeing < #cursors do
    search.steps = search.steps + 1
    if max_steps ~= nil and search.steps > max_steps then
      search.stopped_at = position
      return nil
    end
    local found = seek(cursors[place], position)
    if found == nil then
      return nil
    elseif found == position then
      agreeing = agreeing + 1
    else
      position = found
      agreeing = 1
    end
    place = place % #cursors + 1
  end
  return position
end
