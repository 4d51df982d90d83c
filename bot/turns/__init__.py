"""The shell around the pure engine: accept, compute, commit, send.

gateway → inbox → worker (understand, ``advance``, perform, commit) → outbox → sender.

================== ==================================================================================
module             what it does
================== ==================================================================================
``gateway``        makes what came durable; without the store it spools, and answers danger itself
``spool``          the append-only file the gateway falls back on
``worker``         owns partitions; one ``lane`` for each contact, commits in batches
``compute``        one turn: event and snapshot in, ``Commit`` out; pure
``performer``      effect → its part of the commit, one small function for each effect
``shell_timers``   timers that are no business of the engine: leases, waking, retention
``render``         message ids → the text a contact reads
``sender``         delivers the outbox: rates, retries, dead letters
``direct``         one conversation in memory, for ``ucare play``, golden transcripts and tests
================== ==================================================================================
"""
