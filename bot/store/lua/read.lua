-- Reads what the owner of a stream has not read yet; what a former owner left comes first, in order.
-- KEYS  1 lease, 2… streams, the most urgent first
-- ARGV  1 lease token, 2 count, 3 'in' or 'out', 4… for each stream where the former owner's entries go on
--       ('>' = they are through)
-- returns for each stream: where they go on, {entry, fields, tries, sealed address, ids of messages}…
-- Error FENCED: another owner has the lease.
local P = string.match(KEYS[1], '^{.-}:')
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED another owner holds the lease')
end
local left = tonumber(ARGV[2])

local function flat(fields)
  local map = {}
  for i = 1, #fields, 2 do map[fields[i]] = fields[i + 1] end
  return map
end

local function add(found, id, fields, tries)
  local item = { id, fields, tries, '', {} }
  if ARGV[3] == 'out' then
    local map = flat(fields)
    item[4] = map.addr or redis.call('HGET', P .. 'c:' .. map.ref, 'addr') or ''
    if map.messages then
      item[5] = cmsgpack.unpack(map.messages)
    elseif map.del == '1' then
      item[5] = redis.call('ZRANGE', P .. 'sent:' .. map.ref, 0, -1)
    end
  end
  found[#found + 1] = item
end

local function group(stream, from, count)
  local got = redis.call('XREADGROUP', 'GROUP', 'owner', 'owner', 'COUNT', count, 'STREAMS', stream, from)
  return got and got[1] and got[1][2] or {}
end

local answer = {}
for k = 2, #KEYS do
  local stream, from, found = KEYS[k], ARGV[k + 2], {}
  while from ~= '>' and left > 0 do
    local got = group(stream, from, left)
    if #got == 0 then
      from = '>'
    else
      local tries = {}
      for _, one in ipairs(redis.call('XPENDING', stream, 'owner', got[1][1], got[#got][1], #got)) do
        tries[one[1]] = one[4] - 1
      end
      for _, one in ipairs(got) do
        if one[2] and #one[2] > 0 then
          add(found, one[1], one[2], tries[one[1]] or 1)
          left = left - 1
        else
          redis.call('XACK', stream, 'owner', one[1]) -- deleted meanwhile
        end
      end
      from = got[#got][1]
    end
  end
  if from == '>' and left > 0 then
    for _, one in ipairs(group(stream, '>', left)) do
      add(found, one[1], one[2], 0)
      left = left - 1
    end
  end
  answer[#answer + 1] = { from, found }
end
return answer
