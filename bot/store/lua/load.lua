-- Loads what a turn starts from.
-- KEYS  1 lease, 2 escalations
-- ARGV  1 lease token, 2… refs of contacts
-- returns for each contact: sealed conversation or nil, JSON of its escalation or nil.
-- Error FENCED: another owner has the lease.
local P = string.match(KEYS[1], '^{.-}:')
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
local answer = {}
for i = 2, #ARGV do
  local got = redis.call('HMGET', P .. 'c:' .. ARGV[i], 'conv', 'case')
  local case = got[2] and got[2] ~= '' and redis.call('HGET', KEYS[2], got[2]) or false
  answer[#answer + 1] = { got[1], case }
end
return answer
