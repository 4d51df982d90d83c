-- Renews or gives up a lease, where it still is ours.
-- KEYS  1 lease
-- ARGV  1 lease token, 2 for how long (ms; 0 = give it up)
-- returns 1 done · 0 another owner has it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
