"""The audit: who read or did what and when, without content, in a chain in which no link can be changed unseen.

Times are milliseconds since 1970, UTC. ``AuditEntry`` is what the links of the chain are made over: a new field
needs a default, or what was chained before could not be verified any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal, Protocol

import msgspec

Kind = Literal["read", "write"]

READING: Final = frozenset(
    {"export", "fetch", "list", "look", "open", "read", "reveal", "search", "show", "verify", "view"}
)
"""First words of verbs that only look at something."""


def kind_of(verb: str) -> Kind:
    """Return whether a verb reads or writes: its first word tells."""
    return "read" if verb.partition("_")[0] in READING else "write"


class AuditEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that somebody did."""

    n: int
    """Its place in the chain, from 1; 0: not chained yet."""
    at: int
    by: str
    """Name of the person, or of the token; a name with ``@`` first is a part of the system."""
    verb: str
    what: str = ""
    """Digest of a case; name of an account, team or page."""
    from_: str = msgspec.field(default="", name="from")
    """State of the case before."""
    to: str = ""
    """State of the case after."""
    detail: str = ""
    kind: Kind = "write"
    source: str = ""
    """Where it waited for the chain: stream and id there."""
    nonce: str = ""
    """16 hexadecimal digits of its own: who copies an entry is found."""
    unsigned: bool = False
    """It did not carry our signature: written by an older version, or by somebody who has Redis and not the keys."""
    taken: int = 0
    """When it was chained."""
    key: str = ""
    """The key of the ring that made the link."""
    link: str = ""
    """HMAC-SHA-256 in hexadecimal over the link before and this entry without ``link`` and ``id``."""
    id: str = ""
    """Where it stands in Redis, for the next page (``find(before=…)``)."""


Flaw = Literal["changed", "missing", "twice", "front", "end", "head", "known", "key"]
"""What can be wrong with the chain.

===========  ===================================================================================
``changed``  an entry or its link is not what was chained
``missing``  entries are gone before this one
``twice``    the same entry stands there a second time
``front``    the oldest entries are gone, and no retention did it
``end``      the chain ends before its head says
``head``     the head (or the mark where retention cut) is gone or not signed by us
``known``    this machine has seen an entry that is not there (any more)
``key``      the key that made the link is not in the keyring
===========  ===================================================================================
"""


class Verdict(msgspec.Struct, frozen=True):
    """Whether the chain is whole."""

    whole: bool
    count: int
    """Entries that were checked and fit, from the oldest on."""
    since: int = 0
    """Time of the oldest entry that was checked; 0: there is none."""
    first: int = 0
    """Its place in the chain."""
    head: int = 0
    """The place of the last entry that fits."""
    link: str = ""
    """Its link."""
    flaw: Flaw | None = None
    place: int = 0
    """Where it breaks first."""
    unsigned: int = 0
    """Entries among those checked that did not carry our signature when they were taken."""
    anchor: Literal["", "retention", "restart"] = ""
    """Why nothing before ``first`` can be checked; empty: it is the very first."""


class Audit(Protocol):
    """Who did what, without content."""

    async def note(self, by: str, verb: str, what: str = "", detail: str = "") -> None:
        """Write down one act that is no change of an escalation: sign-in, read of a case, export, change of an account.

        Args:
            by: Whose act it is.
            verb: What was done, in small letters with underscores; ``kind_of`` tells whether it only reads.
            what: Id of a case (kept as a digest alone), or name of an account, a team, a page.
            detail: A word about how; never content, never a reason in somebody's own words.

        Raises:
            UnavailableError: The store is away, and nothing is written down: do not go on.
        """

    async def find(  # noqa: PLR0913 - each is a field of the search
        self,
        *,
        by: str = "",
        verb: str = "",
        what: str = "",
        since: int = 0,
        until: int = 0,
        limit: int = 100,
        before: str = "",
    ) -> Sequence[AuditEntry]:
        """Return entries, newest first.

        Args:
            by: Only of this person.
            verb: Only this verb.
            what: Only about this case (its id or digest), account, team or page.
            since: Only at this time or later; 0: from the oldest on.
            until: Only before this time; 0: to the newest.
            limit: At most so many.
            before: The ``id`` of the last entry of the page before.
        """

    def entries(self, *, since: int = 0, until: int = 0) -> AsyncIterator[AuditEntry]:
        """Yield entries, oldest first, without a gap, so that their links can be checked.

        An entry that was chained late may stand among them although it is of another time.
        """

    def export(self, form: Literal["csv", "jsonl"], *, since: int = 0, until: int = 0) -> AsyncIterator[bytes]:
        """Yield a file with every entry and its link, which ends with the chain's head and count, signed."""

    async def verify(self) -> Verdict:
        """Go over the whole chain and tell whether it is whole, or where it breaks first, and how."""
