"""What every act shares: who does it and when, what it leads to, and what it may be refused for."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from bot.core.escalation import Escalation, SecondLook
from bot.core.events import AnyEvent
from bot.errors import NotAllowedError

NOT_YOURS: Final = "Somebody else has this case, or nobody. Claim it first."
CLOSED: Final = "This case is closed."
NOT_ASKED: Final = "Nobody asks for this (any more). Look at the case as it is now."

MAX_NOTE: Final = 4000
MAX_REASON: Final = 500
"""Characters."""


class Context(msgspec.Struct, frozen=True):
    """Who acts, when, and what the desk knows about it."""

    by: str
    at: int
    """Milliseconds since 1970, UTC."""
    once: str = ""
    """An id that is the same when the same form is sent twice."""
    alone: bool = False
    """Nobody else who could look at it is on duty: what needs a second person is done now and reviewed later."""


class Kept(msgspec.Struct, frozen=True):
    """A text to be kept sealed beside the escalation."""

    kind: Literal["reply", "flow", "note", "reason", "summary"]
    text: str
    phrase: str = ""
    original: str = ""


class Step(msgspec.Struct, frozen=True):
    """What one act makes of an escalation."""

    after: Escalation
    event: AnyEvent | None = None
    """What the conversation is told."""
    kept: Kept | None = None
    detail: str = ""
    """For the audit; never a text that somebody wrote."""


class Act(msgspec.Struct, frozen=True, tag_field="act"):
    """The common part of all acts."""

    @property
    def verb(self) -> str:
        """The act's name, as audit, forms and the API have it."""
        return str(self.__struct_config__.tag)


def event_id(after: Escalation) -> str:
    """Return the id of the event that tells the conversation of a change."""
    return f"desk:{after.id}:{after.revision}"


def own(escalation: Escalation, context: Context) -> None:
    """Check that the case is this person's.

    Raises:
        NotAllowedError: It is somebody else's, or nobody's.
    """
    if escalation.assignee != context.by:
        raise NotAllowedError(NOT_YOURS)


def is_open(escalation: Escalation) -> None:
    """Check that the case is not closed.

    Raises:
        NotAllowedError: It is.
    """
    if escalation.state == "resolved":
        raise NotAllowedError(CLOSED)


def reason_of(text: str) -> str:
    """Return a reason without spaces around it.

    Raises:
        NotAllowedError: There is none, or it is longer than ``MAX_REASON`` characters.
    """
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON:
        msg = "Say why, in at most 500 characters."
        raise NotAllowedError(msg)
    return reason


def text_of(text: str) -> str:
    """Return a text without spaces around it.

    Raises:
        NotAllowedError: There is none, or it is longer than ``MAX_NOTE`` characters.
    """
    written = text.replace("\r\n", "\n").strip()
    if not written or len(written) > MAX_NOTE:
        msg = "Write something, in at most 4000 characters."
        raise NotAllowedError(msg)
    return written


def revised(escalation: Escalation, **fields: object) -> Escalation:
    """Return the escalation with some fields changed, one revision further."""
    return msgspec.structs.replace(escalation, **{"revision": escalation.revision + 1, **fields})


def ask(escalation: Escalation, look: SecondLook) -> Escalation:
    """Return the escalation with an act that waits for a second person; the same act is asked for once."""
    others = tuple(one for one in escalation.asked if one.act != look.act)
    return revised(escalation, asked=(*others, look))


def unseen(escalation: Escalation, look: SecondLook) -> Escalation:
    """Return the escalation, already changed, with an act that is to be reviewed by the next person."""
    return msgspec.structs.replace(escalation, unseen=(*escalation.unseen, look)[-20:])
