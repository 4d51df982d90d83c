-- Appends one entry that stands for itself to what waits for the chain of the audit.
-- KEYS  1 what waits
-- ARGV  1 entry, 2 key of the signature, 3 signature
-- returns its id
return redis.call('XADD', KEYS[1], '*', 'd', ARGV[1], 'k', ARGV[2], 'm', ARGV[3])
