-- Begins the audit's chain anew behind a break; what stands there is put aside under another name.
-- KEYS  1 head, 2 anchor, 3 chain, 4 where the old chain is kept
-- ARGV  1 the head that was read, 2 the anchor that was read ('' = there was none), 3 new head, 4 new anchor,
--       5 how long the old chain is kept (ms)
-- returns 1 done · 0 somebody else changed it, nothing is written
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] or (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then return 0 end
if redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('RENAME', KEYS[3], KEYS[4])
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[4])
return 1
