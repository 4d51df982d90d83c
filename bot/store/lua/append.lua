-- Appends one event to the inbox, once.
-- KEYS  1 inbox, 2 contact, 3 seen, 4 sent, 5 purge, 6 box
-- ARGV  1 digest of the event's id, 2 now (ms), 3 partition, 4 ref, 5 channel, 6 sealed address ('' = known),
--       7 sealed event, 8 the channel's id of the contact's message ('' = none),
--       9 when to look at the contact's retention (ms), 10 sealed entry of the mailbox ('' = none)
-- returns 1 appended · 0 seen before
if redis.call('ZADD', KEYS[3], 'NX', ARGV[2], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[5], 'NX', ARGV[9], 'c:' .. ARGV[4])
local kind = 'c'
if ARGV[6] ~= '' then
  kind = 'm'
  redis.call('HSET', KEYS[2], 'addr', ARGV[6], 'ch', ARGV[5], 'last', ARGV[2])
end
if ARGV[8] ~= '' then redis.call('ZADD', KEYS[4], ARGV[2], ARGV[8]) end
redis.call('XADD', KEYS[1], '*', 'ref', ARGV[4], 'ch', ARGV[5], 'k', kind, 'e', ARGV[7])
redis.call('PUBLISH', 'ucare:in', ARGV[3])
if ARGV[10] ~= '' then
  local id = redis.call('XADD', KEYS[6], '*', 'm', ARGV[10])
  redis.call('ZADD', KEYS[4], ARGV[2], id)
  redis.call('PUBLISH', 'ucare:box', ARGV[4])
end
return 1
