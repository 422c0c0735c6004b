-- The search for events by what they have in common, in either direction. A posting list holds the positions of the
-- events that have one type, category, tag or correlation id; a cursor walks it, ever onwards. Several lists are searched by leapfrog: each in turn
-- jumps to what the others have reached, so that the work is that of the rarest, however common the others are.

local FIRST_CHUNK = 4
local LONGEST_CHUNK = 128

local function is_reached(found, position, backwards)
  if backwards then
    return found <= position
  end
  return found >= position
end

-- Adds the positions of an entry to a chunk, in the direction of the walk, from `position` on.
local function add_postings(chunk, entry, position, backwards)
  local found = {}
  for text in entry[2][2]:gmatch('%d+') do
    table.insert(found, tonumber(text))
  end
  for place = 1, #found do
    local each = backwards and found[#found - place + 1] or found[place]
    if is_reached(each, position, backwards) then
      table.insert(chunk, each)
    end
  end
end

-- Types and categories are few and their lists long: streams, which are compact. An entry holds several positions, and
-- has the last of them as its id, so that the entry which reaches into a range is never before it.
local function fetch_stream(key, position, backwards, size)
  local chunk = {}
  local entries
  if backwards then
    for _, entry in ipairs(redis.call('XRANGE', key, int(position + 1), '+', 'COUNT', 1)) do
      add_postings(chunk, entry, position, backwards)
    end
    entries = redis.call('XREVRANGE', key, int(position), '-', 'COUNT', size)
  else
    entries = redis.call('XRANGE', key, int(position), '+', 'COUNT', size)
  end
  for _, entry in ipairs(entries) do
    add_postings(chunk, entry, position, backwards)
  end
  return chunk, #entries < size
end

-- Tags and correlation ids are many and their lists short: sorted sets.

local function fetch_set(key, position, backwards, size)
  local members
  if backwards then
    members = redis.call('ZREVRANGEBYSCORE', key, int(position), '-inf', 'LIMIT', 0, size)
  else
    members = redis.call('ZRANGEBYSCORE', key, int(position), '+inf', 'LIMIT', 0, size)
  end
  for place, member in ipairs(members) do
    members[place] = tonumber(member)
  end
  return members, #members < size
end

local function open_cursor(fetch, key, backwards)
  return { fetch = fetch, key = key, backwards = backwards, size = FIRST_CHUNK, chunk = {}, at = 1 }
end

-- The first posting from `position` on, or nil. Positions asked for only ever move onwards.
local function seek_list(cursor, position)
  local last = cursor.chunk[#cursor.chunk]
  if last == nil or not is_reached(last, position, cursor.backwards) then
    if cursor.is_dry then
      return nil
    end
    cursor.chunk, cursor.is_dry = cursor.fetch(cursor.key, position, cursor.backwards, cursor.size)
    cursor.size = math.min(cursor.size * 4, LONGEST_CHUNK)
    cursor.at = 1
  end
  while cursor.chunk[cursor.at] ~= nil and not is_reached(cursor.chunk[cursor.at], position, cursor.backwards) do
    cursor.at = cursor.at + 1
  end
  return cursor.chunk[cursor.at]
end

-- The nearest posting of any of several lists.
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

-- The positions of the events with these ids, those that there are, in the order in which they are looked through.
local function positions_of_ids(log, ids, backwards)
  local positions = {}
  for first = 1, #ids, MAX_ARGUMENTS do
    local last = math.min(first + MAX_ARGUMENTS - 1, #ids)
    for _, position in ipairs(redis.call('HMGET', log.ids, unpack(ids, first, last))) do
      if position then
        table.insert(positions, tonumber(position))
      end
    end
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
    local chunk = positions_of_ids(log, filter.ids, backwards)
    table.insert(cursors, { chunk = chunk, at = 1, is_dry = true, backwards = backwards })
  end
  if filter.correlation_id ~= '' then
    table.insert(cursors, open_cursor(fetch_set, key_of(log, 'correlated', filter.correlation_id), backwards))
  end
  for _, tag in ipairs(filter.tags) do
    table.insert(cursors, open_cursor(fetch_set, key_of(log, 'tag', tag), backwards))
  end
  if #filter.types > 0 then
    local any_of = {}
    for _, type in ipairs(filter.types) do
      table.insert(any_of, open_cursor(fetch_stream, key_of(log, 'type', type), backwards))
    end
    table.insert(cursors, { any_of = any_of, backwards = backwards })
  end
  if filter.category ~= '' then
    table.insert(cursors, open_cursor(fetch_stream, key_of(log, 'category', filter.category), backwards))
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
