"""The name of every key, in one place. ``{p7}:`` is the hash tag of partition 7: one slot of a cluster.

=================  =======  ===================================================================================
key of a partition type     holds
=================  =======  ===================================================================================
lease              string   token of the worker that owns the partition
outlease           string   token of the sender that owns its outbox
inbox              stream   events to be processed: ref, ch, k (m message, c other, t timer), e sealed or t plain
aside              stream   entries of the inbox that were set aside: ref, ch, e, error
timers             zset     ``ref|timer`` by due time (ms)
purge              zset     ``c:ref``, ``case:id``, ``rec:kind:ref``, ``rewrite`` by when their retention ends (ms)
urgent, out        stream   what waits to be sent: ref, ch, d sealed, reply, case, del
dead               stream   what could not be delivered
esc                hash     escalation id → JSON, without any text
changes            stream   ids of escalations that changed, for the projector
announce           stream   what is to be announced: ref, id, level, round, rev, at
told:ID:REVISION   set      digests of whom an announcement reached, for a day
audit              stream   what caseworkers did, without content, until it is chained: d entry, k key, m signature
c:REF              hash     conv sealed conversation, addr sealed address, ch channel, last when the contact last
                            wrote, case its escalation, t:TIMER packed timer, e:ID its escalations, r:KIND its
                            records for the programme, until how long it is kept even if nobody writes
rec:KIND           hash     REF → sealed record for the programme, REF:noted → sealed what was noted about it
seen:REF           zset     digests of event ids by time
turns:REF          list     last turns: 13 digits of time, sealed lines
sent:REF           zset     the service's ids of messages, by time
replies:REF        hash     the service's id → reply of a caseworker, for delivery statuses
parked:REF         list     what waits until the contact writes
box:REF            stream   mailbox of the web chat, sealed
log:ID             list     log of a case, as turns
status:ID          hash     delivery status of the replies in a case
notes:ID           list     reasons that caseworkers gave, sealed
=================  =======  ===================================================================================

Beside the partitions stand ``{queue}:index`` (escalation id → JSON), ``{vault}:DIGEST``, ``ucare:partitions``
and ``ucare:keyring``; and of the audit ``{audit}:in`` (what is no act on a case, until it is chained),
``{audit}:chain`` (stream: e entry, l link), the signed ``{audit}:head`` and ``{audit}:anchor`` (``store.chain``), and
``{audit}:broken:TIME``, a chain that was put aside after a break. Messages on ``ucare:in``, ``ucare:out``,
``ucare:case`` and ``ucare:box`` only wake.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Final

COUNT: Final = "ucare:partitions"
KEYRING: Final = "ucare:keyring"
INDEX: Final = "{queue}:index"
AUDIT_IN: Final = "{audit}:in"
AUDIT_CHAIN: Final = "{audit}:chain"
AUDIT_HEAD: Final = "{audit}:head"
AUDIT_ANCHOR: Final = "{audit}:anchor"
WAKE_IN: Final = "ucare:in"
WAKE_OUT: Final = "ucare:out"
WAKE_CASE: Final = "ucare:case"
WAKE_BOX: Final = "ucare:box"


def partition_of(ref: str, count: int) -> int:
    """Return the partition of a contact: it follows from the reference alone."""
    return zlib.crc32(ref.encode()) % count


def key(partition: int, name: str, of: str = "") -> str:
    """Return the name of a key of a partition, of one contact or case where ``of`` names it."""
    return f"{{p{partition}}}:{name}:{of}" if of else f"{{p{partition}}}:{name}"


def digest(text: str) -> str:
    """Return a short digest, for what must be recognised but not be read: ids of events, of audited cases."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def vault(name: str) -> str:
    """Return the key of an entry of the vault; its name is not to be read from it."""
    return f"{{vault}}:{hashlib.sha256(name.encode()).hexdigest()}"


def gone(escalation: str) -> str:
    """Return the short-lived mark that an escalation was deleted."""
    return f"{{queue}}:gone:{digest(escalation)}"
