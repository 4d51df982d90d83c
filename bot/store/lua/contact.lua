-- Shared by the scripts that change a contact or a case; put before them by scripts.py.
-- All keys of a partition have one hash tag. What is not in KEYS is built from the tag of KEYS[1]
-- (a cluster serves it: same tag, same slot); the names are listed in keys.py.
local P = string.match(KEYS[1], '^{.-}:')

local function field(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then return fields[i + 1] end
  end
  return false
end

local RANK = { queued = 1, held = 2, sent = 3, delivered = 4, read = 5, failed = 6 }

-- Sets the status of a reply that is there; never backwards. Returns 1 if it changed.
local function set_status(case, reply, status)
  local key = P .. 'status:' .. case
  local old = redis.call('HGET', key, reply)
  if not old or (RANK[old] or 0) >= RANK[status] or old == 'read' then return 0 end
  redis.call('HSET', key, reply, status)
  redis.call('PUBLISH', 'ucare:case', case)
  return 1
end

-- Takes what waits to be sent to a contact out of the outbox.
local function drop(ref)
  for _, name in ipairs({ 'urgent', 'out' }) do
    local key = P .. name
    for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
      if field(entry[2], 'ref') == ref then
        local reply = field(entry[2], 'reply')
        if reply and reply ~= '' then set_status(field(entry[2], 'case'), reply, 'failed') end
        redis.call('XACK', key, 'owner', entry[1])
        redis.call('XDEL', key, entry[1])
      end
    end
  end
  local parked = P .. 'parked:' .. ref
  for _, packed in ipairs(redis.call('LRANGE', parked, 0, -1)) do
    local one = cmsgpack.unpack(packed)
    if one[3] and one[3] ~= '' then set_status(one[4], one[3], 'failed') end
  end
  redis.call('DEL', parked)
end

local function drop_from(name, ref)
  for _, entry in ipairs(redis.call('XRANGE', P .. name, '-', '+')) do
    if field(entry[2], 'ref') == ref then redis.call('XDEL', P .. name, entry[1]) end
  end
end

-- Deletes a case with its log; the projector takes it out of the index.
local function delete_case(id, ref)
  redis.call('HDEL', P .. 'esc', id)
  redis.call('DEL', P .. 'log:' .. id, P .. 'status:' .. id, P .. 'notes:' .. id)
  redis.call('ZREM', P .. 'purge', 'case:' .. id)
  redis.call('HDEL', P .. 'c:' .. ref, 'e:' .. id)
  for _, entry in ipairs(redis.call('XRANGE', P .. 'announce', '-', '+')) do
    if field(entry[2], 'id') == id then redis.call('XDEL', P .. 'announce', entry[1]) end
  end
  redis.call('XADD', P .. 'changes', '*', 'id', id)
  redis.call('PUBLISH', 'ucare:case', id)
end

-- Deletes what is held of a contact. Cases: all but `keep` are deleted; with keep == '*' all stay.
-- Whose case stays open keeps the sealed address: without it no person could answer them.
-- Returns the sealed address, the channel and the ids of messages, for what is still to be sent.
local function erase(ref, keep, entry)
  local c = P .. 'c:' .. ref
  local kept = {
    addr = redis.call('HGET', c, 'addr'),
    ch = redis.call('HGET', c, 'ch'),
    messages = redis.call('ZRANGE', P .. 'sent:' .. ref, 0, -1),
  }
  local later, open = false, keep ~= '' and keep ~= '*'
  if entry ~= '' then
    for _, one in ipairs(redis.call('XRANGE', P .. 'inbox', '(' .. entry, '+')) do
      if field(one[2], 'ref') == ref then
        if field(one[2], 'k') == 'm' then
          later = true -- the contact wrote again: that message needs its address
        else
          redis.call('XACK', P .. 'inbox', 'owner', one[1])
          redis.call('XDEL', P .. 'inbox', one[1])
        end
      end
    end
  end
  drop(ref)
  drop_from('aside', ref)
  drop_from('dead', ref)
  local cases = {}
  for _, name in ipairs(redis.call('HKEYS', c)) do
    local kind, id = string.sub(name, 1, 2), string.sub(name, 3)
    if kind == 'r:' then
      redis.call('HDEL', P .. 'rec:' .. id, ref, ref .. ':noted')
      redis.call('ZREM', P .. 'purge', 'rec:' .. id .. ':' .. ref)
    elseif kind == 't:' then
      redis.call('ZREM', P .. 'timers', ref .. '|' .. id)
    elseif kind == 'e:' then
      if keep == '*' or keep == id then
        cases[#cases + 1] = name
        local json = redis.call('HGET', P .. 'esc', id)
        if keep == '*' and json and cjson.decode(json).state ~= 'resolved' then open = true end
      else
        delete_case(id, ref)
      end
    end
  end
  for _, name in ipairs({ 'c:', 'seen:', 'turns:', 'sent:', 'replies:', 'box:' }) do
    redis.call('DEL', P .. name .. ref)
  end
  redis.call('ZREM', P .. 'purge', 'c:' .. ref)
  for _, name in ipairs(cases) do redis.call('HSET', c, name, '1') end
  if (later or open) and kept.addr then
    redis.call('HSET', c, 'addr', kept.addr, 'ch', kept.ch)
  end
  if later then
    -- its retention starts anew with the message that is still to be read
    redis.call('ZADD', P .. 'purge', string.match(entry, '^%d+') + 86400000, 'c:' .. ref)
  end
  return kept
end
