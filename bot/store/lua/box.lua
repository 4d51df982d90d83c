-- Puts one entry into a mailbox of the web chat, or takes some out.
-- KEYS  1 box, 2 purge, 3 contact
-- ARGV  1 ref, 2 sealed entry, 3 when to look at the contact's retention (ms), 4… ids to take out first
-- returns the entry's id, how many were taken out
local gone = 0
for i = 4, #ARGV do gone = gone + redis.call('XDEL', KEYS[1], ARGV[i]) end
local id = redis.call('XADD', KEYS[1], '*', 'm', ARGV[2])
if redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('EXPIRE', KEYS[1], 600) -- erased: the farewell is shown, and then it goes as well
else
  redis.call('ZADD', KEYS[2], 'NX', ARGV[3], 'c:' .. ARGV[1])
end
redis.call('PUBLISH', 'ucare:box', ARGV[1])
return { id, gone }
