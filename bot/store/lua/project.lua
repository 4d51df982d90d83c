-- Brings one escalation of the index up to date; an older state than the one that is there changes nothing.
-- KEYS  1 index, 2 mark of a deleted escalation
-- ARGV  1 escalation, 2 its revision (0 = deleted), 3 its JSON
-- returns 1 changed · 0 the index has that or a newer state
if ARGV[2] == '0' then
  redis.call('SET', KEYS[2], '1', 'EX', 60) -- a projector that read it before must not bring it back
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old and cjson.decode(old).revision >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
