-- Lists of positions: of the events that have one stream, type, category, tag or correlation id, or an id made in one
-- moment. Most are short, and some are as long as the log. So a list is one line in the hash of its kind: how many positions there are in all, then
-- those that do not fill a chunk yet. Each filled chunk is an entry of a stream that is the list's own. Whoever adds to
-- many lists reads and writes their lines together, and one list in so many calls writes a chunk.
--
-- The id of a chunk is its last position, so that the chunk which reaches into a range is never before it. Of a stream
-- it is the last version: there the place in the list is what is asked for.

-- Whoever adds a position writes the line anew, and whoever looks for one reads a whole chunk.
local CHUNK = 32
local KINDS = { 'stream', 'type', 'category', 'tag', 'correlation', 'moment' }

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

-- The lists of one kind to which a call may add, by their places in the call. What is added waits until it is written: one
-- position, or a table of several. Texts that are put together anew for each position would be most of the work.
local function load_lists(log, kind, names)
  local lists = { kind = kind, names = names, counts = {}, tails = {}, added = {} }
  local lines = get_in_parts(lines_of(log, kind), names)
  for place = 1, #names do
    if lines[place] then
      local list = read_line({}, lines[place])
      lists.counts[place], lists.tails[place] = list.count, list.tail
    else
      lists.counts[place], lists.tails[place] = 0, ''
    end
  end
  return lists
end

-- The position is a text by now: it is written many times.
local function add_position(lists, place, position)
  lists.counts[place] = lists.counts[place] + 1
  local added = lists.added[place]
  if added == nil then
    lists.added[place] = position
  elseif type(added) == 'table' then
    added[#added + 1] = position
  else
    lists.added[place] = { added, position }
  end
end

-- Writes the chunks that are filled by what is added to a list of so many positions; returns what is left for its line.
local function write_chunks(log, lists, place, before, added)
  local key = key_of(log, 'by-' .. lists.kind, lists.names[place])
  local tail = lists.tails[place]
  local first, room = 1, CHUNK - before % CHUNK
  while first + room - 1 <= #added do
    local last = first + room - 1
    local id = lists.kind == 'stream' and int(before + last) or added[last]
    redis.call('XADD', key, id, 'positions', (tail .. ' ' .. table.concat(added, ' ', first, last)):sub(2))
    tail, first, room = '', last + 1, CHUNK
  end
  return first > #added and tail or tail .. ' ' .. table.concat(added, ' ', first)
end

local function write_added(log, lists, place)
  local added = lists.added[place]
  local is_one = type(added) == 'string'
  local before = lists.counts[place] - (is_one and 1 or #added)
  if before % CHUNK + lists.counts[place] - before < CHUNK then
    return lists.tails[place] .. ' ' .. (is_one and added or table.concat(added, ' '))
  end
  return write_chunks(log, lists, place, before, is_one and { added } or added)
end

-- What a search is to find must be written; the lines may be written again.
local function write_lists(log, lists)
  local lines, last = {}, 0
  for place = 1, #lists.names do
    if lists.added[place] ~= nil then
      local tail = write_added(log, lists, place)
      lists.tails[place] = tail
      lists.added[place] = nil
      lines[last + 1] = lists.names[place]
      lines[last + 2] = int(lists.counts[place]) .. tail
      last = last + 2
    end
  end
  call_in_parts('HSET', lines_of(log, lists.kind), lines)
end

-- The keys of chunks that are written when so many positions are added to each.
local function list_chunk_keys(log, lists, uses)
  local keys = {}
  for place, name in ipairs(lists.names) do
    if lists.counts[place] % CHUNK + uses[place] >= CHUNK then
      keys[#keys + 1] = key_of(log, 'by-' .. lists.kind, name)
    end
  end
  return keys
end
