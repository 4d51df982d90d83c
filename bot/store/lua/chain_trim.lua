-- Cuts the front of the audit's chain off where retention ends, and keeps a signed anchor in its place.
-- KEYS  1 anchor, 2 chain
-- ARGV  1 the anchor that was read ('' = there was none), 2 the new anchor, 3 the first id that stays
-- returns how many entries went · -1 the anchor is another one, nothing is cut
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[1], ARGV[2])
return redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3])
