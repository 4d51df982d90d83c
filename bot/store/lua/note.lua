-- Changes what is noted of a record for the programme, only if nobody else did meanwhile and the record is still there.
-- KEYS  1 the records of a kind
-- ARGV  1 contact, 2 what must be noted ('' = nothing), 3 what is noted from now on
-- returns 1 noted · 0 something else was noted · 2 there is no record
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 2 end
local name = ARGV[1] .. ':noted'
if (redis.call('HGET', KEYS[1], name) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], name, ARGV[3])
return 1
