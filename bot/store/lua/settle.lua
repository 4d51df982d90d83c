-- Ends one entry of the outbox: it was sent, or it waits for the contact to write, or it cannot be delivered.
-- KEYS  1 lease of the outbox, 2 stream
-- ARGV  1 lease token, 2 entry, 3 'sent' | 'invited' | 'failed', 4 now (ms), 5 code, 6… the service's ids
-- returns 1 done · 0 it was settled or dropped before. Error FENCED: another owner has the lease.
-- include contact.lua
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
local got = redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2])
local known = redis.call('XACK', KEYS[2], 'owner', ARGV[2])
if not got[1] then return 0 end
local fields, now = got[1][2], ARGV[4]
redis.call('XDEL', KEYS[2], ARGV[2])
local ref, reply, case = field(fields, 'ref'), field(fields, 'reply'), field(fields, 'case')
local own = field(fields, 'addr')
if ARGV[3] == 'invited' and not own then
  redis.call('RPUSH', P .. 'parked:' .. ref, cmsgpack.pack({
    field(fields, 'ch'), field(fields, 'd'), reply, case,
  }))
elseif ARGV[3] == 'failed' then
  if not own then
    redis.call('XADD', P .. 'dead', '*', 'ref', ref, 'ch', field(fields, 'ch'), 'd', field(fields, 'd'), 'code', ARGV[5])
  end
  if reply ~= '' then set_status(case, reply, 'failed') end
elseif reply ~= '' then
  set_status(case, reply, 'sent')
end
if own then -- the contact was erased: nothing is remembered, and the entry itself goes out of the file
  redis.call('ZADD', P .. 'purge', now, 'rewrite')
elseif #ARGV > 5 and redis.call('EXISTS', P .. 'c:' .. ref) == 1 then
  for i = 6, #ARGV do
    redis.call('ZADD', P .. 'sent:' .. ref, now, ARGV[i])
    if reply ~= '' and ARGV[3] == 'sent' then
      redis.call('HSET', P .. 'replies:' .. ref, ARGV[i], cmsgpack.pack({ case, reply, tonumber(now) }))
    end
  end
  redis.call('ZADD', P .. 'purge', 'NX', now + 86400000, 'c:' .. ref)
end
return known
