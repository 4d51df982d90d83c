-- Notes what a service tells of a message that it took.
-- KEYS  1 replies of the contact
-- ARGV  1 the service's id, 2 status
-- returns 1 the status of a reply changed · 0 it belongs to no reply, or is known
-- include contact.lua
local packed = redis.call('HGET', KEYS[1], ARGV[1])
if not packed then return 0 end
local one = cmsgpack.unpack(packed)
return set_status(one[1], one[2], ARGV[2])
