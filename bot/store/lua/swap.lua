-- Keeps a value only if the key still holds what was read.
-- KEYS  1 the value's key
-- ARGV  1 what it must hold ('' = nothing), 2 the new value
-- returns 1 kept · 0 it holds something else
local old = redis.call('GET', KEYS[1])
if (old or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
