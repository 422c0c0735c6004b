-- What is kept beside the events: snapshots, checkpoints, leases, and commands once they are written. Names hold no
-- control characters, so that a line break separates them.

-- The arguments: stream, definition, fingerprint, version, state.
local function save_snapshot(keys, args)
  local log = open_log(keys)
  local key = key_of(log, 'snapshot', args[1])
  local field = args[2] .. '\n' .. args[3]
  local version = redis.call('HGET', key, field)
  if version and tonumber(version:match('^%d+')) > tonumber(args[4]) then
    return 0
  end
  redis.call('HSET', key, field, args[4] .. '\n' .. args[5])
  redis.call('SADD', log.snapshots, args[1])
  return 1
end

-- How many streams are cleared at once: a moment's work.
local MAX_CLEARED = 1000

-- Deletes those of one stream or, without an argument, of some; returns of how many streams there are more.
local function clear_snapshots(keys, args)
  local log = open_log(keys)
  local names = #args > 0 and args or redis.call('SRANDMEMBER', log.snapshots, MAX_CLEARED)
  for _, name in ipairs(names) do
    redis.call('UNLINK', key_of(log, 'snapshot', name))
    redis.call('SREM', log.snapshots, name)
  end
  return #args > 0 and 0 or redis.call('SCARD', log.snapshots)
end

-- The arguments: projection, the position expected, the new one. Returns 1 when it was moved.
local function move_checkpoint(keys, args)
  local log = open_log(keys)
  if tonumber(redis.call('HGET', log.checkpoints, args[1]) or '0') ~= tonumber(args[2]) then
    return 0
  end
  redis.call('HSET', log.checkpoints, args[1], args[3])
  return 1
end

-- Forgets commands that were recorded before a time, the oldest first. The arguments: the time, how many at the most.
-- Returns how many.
local function prune_commands(keys, args)
  local log = open_log(keys)
  local ids = redis.call('ZRANGEBYSCORE', log.command_times, '-inf', '(' .. args[1], 'LIMIT', 0, args[2])
  call_in_parts('HDEL', log.commands, ids)
  call_in_parts('ZREM', log.command_times, ids)
  return #ids
end

-- Leases are kept as lines: owner, token, when it runs out, when it was last changed, note.
local function load_lease(log, name)
  local text = redis.call('HGET', log.leases, name)
  if not text then
    return nil
  end
  local owner, token, expires_ms, note = text:match('^(.-)\n(%d+)\n(%d+)\n%d+\n(.*)$')
  return { owner = owner, token = tonumber(token), expires_ms = tonumber(expires_ms), note = note }
end

-- The note before is kept where the new one is empty.
local function save_lease(log, name, lease, now_ms, expires_ms, note)
  local lines = { lease.owner, int(lease.token), int(expires_ms), int(now_ms), note ~= '' and note or lease.note }
  redis.call('HSET', log.leases, name, table.concat(lines, '\n'))
end

-- The arguments: name, owner, duration, note. Returns the token, or 0 while somebody else holds it.
local function acquire_lease(keys, args)
  local log = open_log(keys)
  local name, owner, duration_ms, note = unpack(args)
  local now_ms = now()
  local lease = load_lease(log, name) or { owner = owner, token = 0, expires_ms = 0, note = 'null' }
  local is_running = lease.expires_ms > now_ms
  if is_running and lease.owner ~= owner then
    return 0
  end
  if not is_running then
    lease.token = lease.token + 1
  end
  lease.owner = owner
  save_lease(log, name, lease, now_ms, now_ms + duration_ms, note)
  return lease.token
end

-- The arguments: name, owner, token, duration, note. Returns 1 unless the lease is lost.
local function renew_lease(keys, args)
  local log = open_log(keys)
  local name, owner, token, duration_ms, note = unpack(args)
  local now_ms = now()
  local lease = load_lease(log, name)
  if lease == nil or lease.owner ~= owner or lease.token ~= tonumber(token) or lease.expires_ms <= now_ms then
    return 0
  end
  save_lease(log, name, lease, now_ms, now_ms + duration_ms, note)
  return 1
end

-- Of each lease its name, then its lines; first of all the time.
local function list_leases(keys)
  local reply = redis.call('HGETALL', open_log(keys).leases)
  table.insert(reply, 1, int(now()))
  return reply
end

register('save_snapshot', save_snapshot)
register('clear_snapshots', clear_snapshots)
register('move_checkpoint', move_checkpoint)
register('prune_commands', prune_commands)
register('acquire_lease', acquire_lease)
register('renew_lease', renew_lease)
register_reader('list_leases', list_leases)
