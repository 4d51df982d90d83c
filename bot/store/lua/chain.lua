-- Appends entries to the chain of the audit, if its head is still the one they were linked to.
-- KEYS  1 head, 2 chain
-- ARGV  1 the head that was read ('' = there was none), 2 the new head, 3… of each entry: id, entry, link
-- returns 1 appended · 0 the head is another one, nothing is written
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 3 do -- the ids ascend: only the first could be refused, before anything is written
  redis.call('XADD', KEYS[2], ARGV[i], 'e', ARGV[i + 1], 'l', ARGV[i + 2])
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
