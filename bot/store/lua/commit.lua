-- Changes one contact, all or nothing: a turn of a worker, or a verb of a caseworker.
-- KEYS  1 lease of the partition, 2 inbox, 3 escalations
-- ARGV  1 lease token ('' = none is needed), 2 inbox entry to take out ('' = none),
--       3 escalation ('' = none), 4 the revision it must have (0 = it must not exist),
--       5 hash, 6 field that must not exist yet ('' = none),
--       7 the writes (MessagePack, a list of lists of words: packing every word on its own took a third of
--       the time of a commit), 8… sealed words, which stand in the writes as {1}, {2} …: cmsgpack knows no
--       bytes. A write is a Redis command, or one of @out @drop @unpark @direct @erase @copy
--       @failed @held @replace (below).
-- returns 1 done · 2 the entry was committed before, nothing is written · 3 the field existed ·
--       0 the escalation has another revision. Error FENCED: another owner has the lease.
-- include contact.lua
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
if ARGV[5] ~= '' and redis.call('HEXISTS', ARGV[5], ARGV[6]) == 1 then return 3 end
if ARGV[3] ~= '' then
  local json = redis.call('HGET', KEYS[3], ARGV[3])
  local revision = json and cjson.decode(json).revision or 0
  if revision ~= tonumber(ARGV[4]) then return 0 end
end
if ARGV[2] ~= '' then
  if redis.call('XACK', KEYS[2], 'owner', ARGV[2]) == 0 then return 2 end
  redis.call('XDEL', KEYS[2], ARGV[2])
end

local kept = nil
local direct = false
local special = {}

-- @out ref urgent channel sealed-deliver reply case delete(0|1): puts one thing into the outbox
special['@out'] = function(ref, urgent, ch, data, reply, case, delete)
  local parked = P .. 'parked:' .. ref
  if urgent == '0' and not kept and not direct and redis.call('EXISTS', parked) == 1 then
    redis.call('RPUSH', parked, cmsgpack.pack({ ch, data, reply, case }))
    return
  end
  local words = { 'ref', ref, 'ch', ch, 'd', data, 'reply', reply, 'case', case, 'del', delete }
  if kept then -- erased in this turn: what is left to send carries what it needs itself
    words[#words + 1] = 'addr'
    words[#words + 1] = kept.addr or ''
    words[#words + 1] = 'messages'
    words[#words + 1] = cmsgpack.pack(delete == '1' and kept.messages or {})
  end
  redis.call('XADD', P .. (urgent == '1' and 'urgent' or 'out'), '*', unpack(words))
end

special['@drop'] = drop

-- @unpark ref at: the contact wrote, so that what waited for that goes out first
special['@unpark'] = function(ref, at)
  local parked = P .. 'parked:' .. ref
  for _, packed in ipairs(redis.call('LRANGE', parked, 0, -1)) do
    local one = cmsgpack.unpack(packed)
    redis.call('XADD', P .. 'out', '*', 'ref', ref, 'ch', one[1], 'd', one[2], 'reply', one[3],
      'case', one[4], 'del', '0', 'wrote', at)
  end
  redis.call('DEL', parked)
end

-- @direct: the contact wrote, and what waited for that still waits; only what this turn says goes out
special['@direct'] = function() direct = true end

-- @erase ref keep due: deletes what is held of the contact; due > 0: when the append-only file is rewritten
special['@erase'] = function(ref, keep, due)
  kept = erase(ref, keep, ARGV[2])
  if due ~= '0' then redis.call('ZADD', P .. 'purge', due, 'rewrite') end
end

-- @copy ref case: starts the log of a new case with the last turns
special['@copy'] = function(ref, case)
  for _, line in ipairs(redis.call('LRANGE', P .. 'turns:' .. ref, 0, -1)) do
    redis.call('RPUSH', P .. 'log:' .. case, line)
  end
end

-- @failed case reply: a reply that will not be sent
special['@failed'] = function(case, reply) set_status(case, reply, 'failed') end

-- @held case reply: a reply that waits until the contact writes again
special['@held'] = function(case, reply) set_status(case, reply, 'held') end

-- @replace hash field old new: sets a field only if it still holds what was read
special['@replace'] = function(hash, name, old, new)
  if redis.call('HGET', hash, name) == old then redis.call('HSET', hash, name, new) end
end

for _, words in ipairs(cmsgpack.unpack(ARGV[7])) do
  for i = 1, #words do
    if type(words[i]) == 'table' then words[i] = ARGV[7 + words[i][1]] end
  end
  local act = special[words[1]]
  if act then
    act(unpack(words, 2))
  else
    redis.call(unpack(words))
  end
end
return 1
