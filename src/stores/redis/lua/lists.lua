-- Lists of positions: of the events that have one stream, type, category, tag or correlation id. Most are short, and
-- some are as long as the log. So a list is one line in the hash of its kind: how many positions there are in all, then
-- those that do not fill a chunk yet. Each filled chunk is an entry of a stream that is the list's own. Whoever adds to
-- many lists reads and writes their lines together, and one list in so many calls writes a chunk.
--
-- The id of a chunk is its last position, so that the chunk which reaches into a range is never before it. Of a stream
-- it is the last version: there the place in the list is what is asked for.

-- Whoever adds a position writes the line anew, and whoever looks for one reads a whole chunk.
local CHUNK = 32
local KINDS = { 'stream', 'type', 'category', 'tag', 'correlation' }

local function lines_of(log, kind)
  return 'daybook:by-' .. kind .. ':' .. log.tag
end

local function chunks_of(log, list)
  return key_of(log, 'by-' .. list.kind, list.name)
end

local function read_line(list, line)
  if line then
    local count, tail = line:match('^(%d+)(.*)$')
    list.count = tonumber(count)
    list.tail = tail
  end
  return list
end

local function new_list(kind, name)
  return { kind = kind, name = name, count = 0, tail = '' }
end

local function load_list(log, kind, name)
  return read_line(new_list(kind, name), redis.call('HGET', lines_of(log, kind), name))
end

-- How many of its positions are in chunks.
local function count_chunked(list)
  return list.count - list.count % CHUNK
end

local function parse_positions(text)
  local positions = {}
  for position in text:gmatch('%d+') do
    positions[#positions + 1] = tonumber(position)
  end
  return positions
end

local function open_lists(log)
  local lists = { log = log }
  for _, kind in ipairs(KINDS) do
    -- By name; the names that are still to be looked up; the lists that are still to be written.
    lists[kind] = { found = {}, wanted = {}, changed = {} }
  end
  return lists
end

-- A list that the call will use, once `load_lists` has looked up all that were asked for, and to which it adds so many
-- positions at the most.
local function want_list(lists, kind, name, uses)
  local of_kind = lists[kind]
  local list = of_kind.found[name]
  if list == nil then
    list = new_list(kind, name)
    list.uses = 0
    of_kind.found[name] = list
    of_kind.wanted[#of_kind.wanted + 1] = name
  end
  list.uses = list.uses + uses
  return list
end

local function load_lists(lists)
  for _, kind in ipairs(KINDS) do
    local of_kind = lists[kind]
    for place, line in ipairs(get_in_parts(lines_of(lists.log, kind), of_kind.wanted)) do
      read_line(of_kind.found[of_kind.wanted[place]], line)
    end
    of_kind.wanted = {}
  end
end

local function write_chunk(lists, list, position)
  local id = (list.kind == 'stream' and int(list.count) or position) .. '-0'
  redis.call('XADD', chunks_of(lists.log, list), id, 'positions', list.tail:sub(2))
  list.tail = ''
end

-- The position is a text by now: it is written many times.
local function add_position(lists, list, position)
  list.count = list.count + 1
  list.tail = list.tail .. ' ' .. position
  if list.count % CHUNK == 0 then
    write_chunk(lists, list, position)
  end
  if not list.is_changed then
    list.is_changed = true
    local changed = lists[list.kind].changed
    changed[#changed + 1] = list
  end
end

-- What a search is to find must be written; the lines may be written again.
local function write_lists(lists)
  for _, kind in ipairs(KINDS) do
    local lines = {}
    for _, list in ipairs(lists[kind].changed) do
      lines[#lines + 1] = list.name
      lines[#lines + 1] = int(list.count) .. list.tail
      list.is_changed = false
    end
    lists[kind].changed = {}
    call_in_parts('HSET', lines_of(lists.log, kind), lines)
  end
end

-- The keys that adding to the lists may write.
local function keys_of_lists(lists)
  local keys = {}
  for _, kind in ipairs(KINDS) do
    keys[#keys + 1] = lines_of(lists.log, kind)
    for _, list in pairs(lists[kind].found) do
      if list.count % CHUNK + list.uses >= CHUNK then
        keys[#keys + 1] = chunks_of(lists.log, list)
      end
    end
  end
  return keys
end
