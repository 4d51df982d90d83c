-- Moves due timers into the inbox, each as one TimerFired. They hold no text and are not sealed.
-- KEYS  1 lease, 2 timers, 3 inbox
-- ARGV  1 lease token, 2 now (ms), 3 partition, 4 at most so many
-- returns how many were moved, when the next is due (ms, '' = none). Error FENCED.
local P = string.match(KEYS[1], '^{.-}:')
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
local moved = 0
for i = 1, #due, 2 do
  local ref, id = string.match(due[i], '^(.-)|(.*)$')
  local contact, name = P .. 'c:' .. ref, 't:' .. id
  local packed = redis.call('HGET', contact, name)
  if packed then
    local channel, kind, case = unpack(cmsgpack.unpack(packed))
    local event = cmsgpack.pack({
      type = 'timer_fired', id = 'timer:' .. due[i] .. ':' .. due[i + 1], at = tonumber(ARGV[2]),
      timer = id, kind = kind, escalation = case,
    })
    redis.call('XADD', KEYS[3], '*', 'ref', ref, 'ch', channel, 'k', 't', 't', event)
    redis.call('HDEL', contact, name)
    moved = moved + 1
  end
  redis.call('ZREM', KEYS[2], due[i])
end
if moved > 0 then redis.call('PUBLISH', 'ucare:in', ARGV[3]) end
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return { moved, next[2] or '' }
