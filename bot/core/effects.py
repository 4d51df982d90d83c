"""What is to be done, in the imperative. The engine only names it; the shell does it, in the order given.

Texts travel as message ids with their context and arguments, and are rendered when they are committed.
"""

from __future__ import annotations

import msgspec

from bot.core.understood import Level, RiskFinding


class TextRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text of the catalogs: gettext context (``flow/step``) and msgid (the English text)."""

    context: str
    msgid: str
    closed: str = ""
    """Another msgid of the same context, said instead while nobody answers a number that the text names."""


class Button(msgspec.Struct, frozen=True):
    """A choice offered to the contact: the payload that comes back, and its label in the catalogs."""

    payload: str
    label: TextRef


class Effect(msgspec.Struct, frozen=True, tag_field="type"):
    """The common part of all effects."""


class SendMessage(Effect, frozen=True, tag="send_message"):
    """Send checked text to the contact, with choices below it."""

    flow: str
    step: str
    texts: tuple[TextRef, ...]
    buttons: tuple[Button, ...] = ()
    locale: str = "en"
    country: str = ""
    """For the telephone numbers named in the texts; empty: the numbers that hold everywhere."""
    audience: str = ""
    """For the telephone numbers as well; empty: not known yet."""
    at: int = 0
    """The time of the event (ms since 1970, UTC), by which a number is open or closed; 0: all of them are open."""
    urgent: bool = False
    """Sent before anything else that waits for this contact (T0)."""
    reply: str = ""
    """Where a caseworker sent the flow: the id under which its delivery is shown, of the case ``escalation``."""
    escalation: str = ""
    said: tuple[tuple[str, str | TextRef], ...] = ()
    """What the contact answered before, for places like ``{said_town}``; a choice stands as its label."""


class SendReply(Effect, frozen=True, tag="send_reply"):
    """Send the words of a caseworker."""

    reply: str
    escalation: str
    text: str


class HoldReply(Effect, frozen=True, tag="hold_reply"):
    """Show the caseworker that a reply waits: the contact has hidden the chat, and nothing is sent."""

    reply: str
    escalation: str


class OpenEscalation(Effect, frozen=True, tag="open_escalation"):
    """Put the conversation into the queue of the caseworkers."""

    escalation: str
    level: Level
    topic: str
    finding: RiskFinding | None = None


class RaiseEscalation(Effect, frozen=True, tag="raise_escalation"):
    """Raise the level of the open escalation (only a person lowers one)."""

    escalation: str
    level: Level
    topic: str
    finding: RiskFinding | None = None


class NoteContactWrote(Effect, frozen=True, tag="note_contact_wrote"):
    """Tell the open escalation that the contact wrote: answered and snoozed become assigned."""

    escalation: str


class NoteHelped(Effect, frozen=True, tag="note_helped"):
    """Write down what the contact said to whether it helped; the closed escalation stays closed."""

    escalation: str
    helped: int
    """1 no, 2 a little, 3 yes."""


class AnnounceEscalation(Effect, frozen=True, tag="announce_escalation"):
    """Announce an escalation that nobody took, to more people than before."""

    escalation: str


class StartTimer(Effect, frozen=True, tag="start_timer"):
    """Let a ``TimerFired`` come after a delay; a timer of the same id is replaced."""

    timer: str
    kind: str
    due: int
    """Milliseconds since 1970, UTC."""
    escalation: str = ""


class CancelTimer(Effect, frozen=True, tag="cancel_timer"):
    """Forget a timer; nothing happens if it is gone."""

    timer: str


class KeepContact(Effect, frozen=True, tag="keep_contact"):
    """Keep the conversation until then, even if nobody writes: the contact asked for something later."""

    until: int
    """Milliseconds since 1970, UTC; 0: no longer than others."""


class KeepRecord(Effect, frozen=True, tag="keep_record"):
    """Keep what the contact told for the programme, in place of what they told before."""

    kind: str
    """Like ``family``; who works with it in the console is known by that."""
    fields: dict[str, str]
    until: int
    """When it is deleted, in milliseconds since 1970, UTC."""
    locale: str = ""
    country: str = ""
    region: str = ""
    audience: str = ""


class DropRecord(Effect, frozen=True, tag="drop_record"):
    """Delete what the contact told for the programme, and what was noted about it."""

    kind: str


class HideChat(Effect, frozen=True, tag="hide_chat"):
    """Delete what the channel lets a bot delete, and drop what waits to be sent, until the contact writes."""


class EraseContact(Effect, frozen=True, tag="erase_contact"):
    """Erase all we hold of the contact; with an open T0 or T1 case that record stays under its own retention."""

    keep_escalation: str = ""


AnyEffect = (
    SendMessage
    | SendReply
    | HoldReply
    | OpenEscalation
    | RaiseEscalation
    | NoteContactWrote
    | NoteHelped
    | AnnounceEscalation
    | StartTimer
    | CancelTimer
    | KeepContact
    | KeepRecord
    | DropRecord
    | HideChat
    | EraseContact
)
