-- Deletes what has reached the end of its retention (design, section 7).
-- KEYS  1 lease, 2 purge
-- ARGV  1 lease token, 2 now (ms), 3 at most so many; kept for so many ms: 4 turns, 5 ids, 6 idle conversations,
--       7 closed T2/T3 cases, 8 closed T0/T1 cases
-- returns how many were looked at, 1 if the append-only file is to be rewritten, when the next is due ('' = none),
--       contacts of whose last turns nothing is left.
-- include contact.lua
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
local now = tonumber(ARGV[2])
local keep = { turns = tonumber(ARGV[4]), ids = tonumber(ARGV[5]), idle = tonumber(ARGV[6]) }

local function oldest_line(key)
  local line = redis.call('LINDEX', key, 0)
  return line and tonumber(string.sub(line, 1, 13))
end

local function oldest_id(key)
  local got = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return got[2] and tonumber(got[2])
end

local function stream_end(key, age)
  if redis.call('EXISTS', key) == 0 then return nil end
  redis.call('XTRIM', key, 'MINID', string.format('%.0f', now - age + 1))
  local got = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)
  if not got[1] then
    redis.call('DEL', key)
    return nil
  end
  return tonumber(string.match(got[1][1], '^%d+')) + age
end

local quiet = {}

local function contact(ref)
  local c, next = P .. 'c:' .. ref, nil
  local function at(time)
    if time and (not next or time < next) then next = time end
  end
  local turns = P .. 'turns:' .. ref
  local line = oldest_line(turns)
  while line and line + keep.turns <= now do
    redis.call('LPOP', turns)
    line = oldest_line(turns)
  end
  at(line and line + keep.turns)
  if not line and redis.call('HEXISTS', c, 'conv') == 1 then quiet[#quiet + 1] = ref end
  for _, name in ipairs({ 'sent:', 'seen:' }) do
    local key = P .. name .. ref
    redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - keep.ids))
    local id = oldest_id(key)
    at(id and id + keep.ids)
  end
  at(stream_end(P .. 'box:' .. ref, keep.turns))
  local replies = redis.call('HGETALL', P .. 'replies:' .. ref)
  for i = 1, #replies, 2 do
    local time = cmsgpack.unpack(replies[i + 1])[3]
    if time + keep.ids <= now then
      redis.call('HDEL', P .. 'replies:' .. ref, replies[i])
    else
      at(time + keep.ids)
    end
  end
  local parked = P .. 'parked:' .. ref
  local last = redis.call('HGET', c, 'last') or (redis.call('HEXISTS', c, 'conv') == 1 and '0') or nil
  if last then
    local idle = math.max(tonumber(last) + keep.idle, tonumber(redis.call('HGET', c, 'until') or 0))
    if idle > now then
      at(idle)
    else
      local open = false
      for _, name in ipairs(redis.call('HKEYS', c)) do
        if string.sub(name, 1, 2) == 'e:' then
          local json = redis.call('HGET', P .. 'esc', string.sub(name, 3))
          if json and cjson.decode(json).state ~= 'resolved' then open = true end
        end
      end
      if open then
        at(now + 86400000) -- a person may still answer: look again tomorrow
      else
        erase(ref, '*', '')
        return
      end
    end
  end
  if next then redis.call('ZADD', KEYS[2], next, 'c:' .. ref) end
end

local function case(id)
  local json = redis.call('HGET', P .. 'esc', id)
  local one = json and cjson.decode(json)
  if not one or one.state ~= 'resolved' then return end -- opened again: closing it starts anew
  local due = one.resolved_at + tonumber((one.level == 'T0' or one.level == 'T1') and ARGV[8] or ARGV[7])
  if due <= now then
    delete_case(id, one.ref)
  else
    redis.call('ZADD', KEYS[2], due, 'case:' .. id)
  end
end

local rewrite, due = 0, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do
  redis.call('ZREM', KEYS[2], member)
  local kind, id = string.match(member, '^(.-):(.*)$')
  if kind == 'c' then
    contact(id)
  elseif kind == 'case' then
    case(id)
  elseif kind == 'rec' then
    local what, ref = string.match(id, '^(.-):(.*)$')
    redis.call('HDEL', P .. 'rec:' .. what, ref, ref .. ':noted')
    redis.call('HDEL', P .. 'c:' .. ref, 'r:' .. what)
  elseif member == 'rewrite' then
    rewrite = 1
  end
end
stream_end(P .. 'aside', keep.turns)
stream_end(P .. 'dead', keep.turns)
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return { #due, rewrite, next[2] or '', quiet }
