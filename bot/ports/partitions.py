"""The store as the turns see it: partitions of conversations, each owned by one worker at a time.

A turn is read, computed and committed; ``commit`` is one atomic call that checks the owner's lease and the revision
of the escalation, so that a worker killed anywhere leaves either nothing or everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol

import msgspec

from bot.core.conversation import Conversation
from bot.core.effects import TextRef
from bot.core.escalation import Escalation
from bot.core.events import AnyEvent, Medium
from bot.ports.channels import DeliveryStatus, Incoming, Outgoing
from bot.ports.programme import Record


class InboxEntry(msgspec.Struct, frozen=True):
    """One event of one contact, as it stands in the inbox of a partition."""

    entry: str
    """Id in the stream; grows in the order of arrival."""
    ref: str
    channel: str
    event: AnyEvent
    tries: int = 0
    """How often it was read before without being committed."""


class Snapshot(msgspec.Struct, frozen=True):
    """What is stored of one contact."""

    conversation: Conversation | None = None
    escalation: Escalation | None = None
    """The escalation named by ``conversation.case``, where there is one."""


class Deliver(msgspec.Struct, frozen=True):
    """One thing for the sender to do, in order for each contact; urgent ones overtake the others."""

    kind: Literal["message", "delete"]
    """``delete``: delete at the service what the contact and we wrote so far (``hide``)."""
    outgoing: Outgoing | None = None
    reply: str = ""
    """Id of the caseworker's reply whose delivery status is to be shown."""
    escalation: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of what was said, kept sealed: in the last turns of the contact, and in the log of the open case."""

    at: int
    who: Literal["contact", "bot", "caseworker"]
    text: str
    kind: str = "text"
    reply: str = ""
    locale: str = ""
    by: str = ""
    """The caseworker who wrote it."""
    phrase: str = ""
    """Id of the phrase that a reply was made from."""
    original: str = ""
    """The same in the caseworker's language: what they wrote, where ``text`` is its machine translation, or the phrase
    as it was shown to them."""
    flow: str = ""
    """Where the bot's text, or the button that the contact pressed, stands; of ``kind`` ``flow``: what was sent."""
    step: str = ""
    texts: tuple[TextRef, ...] = ()
    """What it consists of in the catalogs, so that it can be shown in the language of who reads it."""
    country: str = ""
    audience: str = ""
    """By which the numbers in it were chosen, together with ``at``."""
    values: tuple[tuple[str, str], ...] = ()
    """What stood in place of placeholders that are no numbers."""
    medium: Medium | None = None
    """Where the picture, voice message or file that the contact sent can be fetched."""


class Timer(msgspec.Struct, frozen=True):
    """A ``TimerFired`` to come; the id is unique within the conversation, the same id replaces the timer."""

    id: str
    kind: str
    due: int
    """Milliseconds since 1970, UTC."""
    escalation: str = ""


FOLLOW_UP: Final = "follow_up"


def follow_up_timer(escalation: Escalation) -> Timer:
    """Return the timer that reminds a caseworker of a case; there is one for each case."""
    return Timer(f"{FOLLOW_UP}:{escalation.id}", FOLLOW_UP, escalation.follow_up_at, escalation.id)


class Commit(msgspec.Struct, frozen=True):
    """Everything one turn changes."""

    entry: InboxEntry
    conversation: Conversation | None
    """None: forget the conversation (idle for too long)."""
    deliver: tuple[Deliver, ...] = ()
    drop_waiting: bool = False
    """Drop what waits to be sent to this contact before ``deliver`` is added (``hide``, ``erase``)."""
    lines: tuple[Line, ...] = ()
    """Added to the last turns, and to the log of the case where ``escalation`` or the stored case is open."""
    escalation: Escalation | None = None
    """The escalation as it is after the turn, where the turn opened or changed it."""
    expected: int = 0
    """The revision that the escalation must still have; 0: it must not exist yet."""
    held: tuple[str, ...] = ()
    """Ids of replies to be shown as held back (the chat is hidden)."""
    announce: bool = False
    """Announce the escalation (again), to more people."""
    start_timers: tuple[Timer, ...] = ()
    cancel_timers: tuple[str, ...] = ()
    unpark: bool = True
    """Whether what waited for the contact to write goes out now; not while it is unsure who is there."""
    erase: bool = False
    """Erase all that is held of the contact, as ``EraseContact`` says; ``conversation`` is then what stays."""
    keep_escalation: str = ""
    keep_until: int | None = None
    """Until when (ms) the conversation is kept even if nobody writes; 0: as others; None: as before."""
    records: dict[str, Record | None] = {}
    """Kind → what is kept for the programme from now on; None: it is deleted."""


Outcome = Literal["done", "conflict"]
"""``conflict``: the escalation was changed meanwhile; load again and compute the turn again."""


class Partition(Protocol):
    """One partition, owned as long as its lease holds; every method raises FencedError when it does not."""

    number: int

    async def read(self, count: int) -> Sequence[InboxEntry]:
        """Return up to ``count`` entries not read yet, in order; first what a former owner left pending."""

    async def load(self, refs: Sequence[str]) -> Mapping[str, Snapshot]:
        """Return what is stored of some contacts, in one round trip."""

    async def escalation(self, id: str) -> Escalation | None:  # noqa: A002 - the field's name
        """Return one escalation of this partition."""

    async def commit(self, commits: Sequence[Commit]) -> Sequence[Outcome]:
        """Commit turns, each atomically on its own, in one pipeline; an entry that is committed leaves the inbox.

        A commit whose entry is no longer in the inbox changes nothing and is ``done``: after UnavailableError the
        caller cannot know whether it went through, and commits again.
        """

    async def set_aside(self, entry: InboxEntry, error: str) -> None:
        """Take a poisonous entry out of the inbox into the visible list; ``error`` is the error type's name.

        What ``core.events.aside(entry.event)`` returns is put into the inbox for the same contact in the same call;
        where it is None, nothing is.
        """

    async def fire_timers(self, now: int) -> int:
        """Move what is due from the timers into the inbox, each as one ``TimerFired``; return how many."""

    async def next_timer(self) -> int | None:
        """Return when the next timer is due (ms), or None."""


class Partitions(Protocol):
    """All partitions of the store."""

    count: int

    async def acquire(self, wanted: int) -> Sequence[Partition]:
        """Take up to ``wanted`` partitions that nobody owns, renew our leases, and return all we own now."""

    async def release(self) -> None:
        """Give up all leases, so that others need not wait for their end."""

    async def wait(self, timeout_s: float) -> None:
        """Return when an owned partition may have something to read, or after the time."""


class Inbox(Protocol):
    """The durable end of the gateway."""

    async def append(self, incoming: Incoming) -> bool:
        """Append once; False when the event's id was seen before (48 hours). Keeps the sealed address of the contact.

        Raises:
            UnavailableError: The store is away or refuses to write.
        """

    async def put(self, ref: str, channel: str, event: AnyEvent) -> bool:
        """Append an event of a known contact (console, timers, blocked); False when its id was seen before."""

    async def delivered(self, status: DeliveryStatus) -> None:
        """Note a delivery status for the reply it belongs to; unknown messages change nothing."""


class Parcel(msgspec.Struct, frozen=True):
    """One entry of the outbox, with the address it goes to."""

    entry: str
    partition: int
    ref: str
    channel: str
    address: str
    """Empty where the contact was erased meanwhile: drop the entry."""
    deliver: Deliver
    tries: int = 0
    """How often it was read before without being settled: above 0 it may have been sent already."""
    messages: tuple[str, ...] = ()
    """For ``delete``: the service's ids of what can be deleted."""


class Outbox(Protocol):
    """What waits to be sent, for the one sender that owns it (by a lease, as for the partitions)."""

    async def read(self, count: int, timeout_s: float, *, urgent: bool = False) -> Sequence[Parcel]:
        """Return what was not read yet, urgent entries first; first of all what a former owner left unsettled.

        With ``urgent`` everything else stays where it is, for a later read. Each call renews the leases as needed.
        """

    async def current(self, parcel: Parcel) -> bool:
        """Tell whether a parcel is still to be sent: ``hide`` and ``erase`` drop what waits."""

    async def settle(self, parcel: Parcel, ids: Sequence[str], *, invited: bool = False) -> None:
        """Take a delivered entry out, remember the service's ids, and set the reply's status to sent.

        With ``invited`` only the invitation went out: the entry waits, parked, until the contact writes again.
        """

    async def fail(self, parcel: Parcel, code: str) -> None:
        """Move an entry that cannot be delivered to the dead-letter list; set the reply's status to failed."""

    async def release(self) -> None:
        """Give up the lease."""
