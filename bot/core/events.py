"""Facts that happen to a conversation, in the past tense. Times are milliseconds since 1970, UTC.

An event's ``id`` is given from outside and is the same when the same thing is delivered twice.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from bot.core.understood import RiskFinding, Understood

Kind = Literal[
    "text",
    "button",
    "voice",
    "picture",
    "video",
    "sticker",
    "location",
    "contact",
    "document",
    "unknown",
]
"""What a contact sent. A caption travels as ``text`` beside the kind of its medium."""


class Medium(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a picture, voice message or file of a contact lies at the service; it is fetched only if a person asks."""

    id: str
    """Its id or path at the service; nobody else can do anything with it."""
    type: str = ""
    """The media type that the service or the contact's device declares; never believed."""
    size: int = 0
    """Bytes, as far as the service tells."""
    seconds: int = 0
    """Length of a voice message."""


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """The common part of all events."""

    id: str
    at: int


class MessageReceived(Event, frozen=True, tag="message_received"):
    """A contact wrote, pressed a button, or sent something that is not text."""

    text: str = ""
    kind: Kind = "text"
    button: str = ""
    """The payload of the button that was pressed, as we made it."""
    edited: bool = False
    start: str = ""
    """The payload of a deep link (Telegram's ``/start PAYLOAD``)."""
    locale_hint: str = ""
    """The locale of the contact's device, where the channel tells; only a hint."""
    answered: bool = False
    """The gateway has sent the numbers of T0 already, while the store was away; they are not sent twice."""
    medium: Medium | None = None
    """Where what was sent beside the text can be fetched, if the channel tells."""
    understood: Understood | None = None
    """Filled in by the worker before the engine sees the event; risk is judged for captions and edits too."""


class CaseworkerReplied(Event, frozen=True, tag="caseworker_replied"):
    """A caseworker wrote to the contact."""

    escalation: str
    reply: str
    """Id of the reply; its delivery status is shown to the caseworker."""
    text: str
    caseworker: str
    phrase: str = ""
    """Id of the phrase in ``flows/phrases.yml`` that the text was made from; empty: free text."""
    original: str = ""
    """The same in the caseworker's language: what they wrote where a machine translated it, or the phrase as shown."""


class CaseworkerSentFlow(Event, frozen=True, tag="caseworker_sent_flow"):
    """A caseworker sent one of the checked flows to the contact."""

    escalation: str
    flow: str
    caseworker: str
    reply: str = ""
    """Id under which the log shows it, with how far it has come; empty: the log does not have it yet."""


class EscalationTaken(Event, frozen=True, tag="escalation_taken"):
    """A caseworker claimed or was assigned the escalation: from now on the bot keeps quiet."""

    escalation: str
    caseworker: str


class EscalationHandedBack(Event, frozen=True, tag="escalation_handed_back"):
    """The person stopped talking (released or snoozed); the bot answers again and the escalation stays open."""

    escalation: str


class EscalationResolved(Event, frozen=True, tag="escalation_resolved"):
    """A caseworker closed the escalation."""

    escalation: str
    ask_at: int = 0
    """When the contact may be asked whether it helped: at once, or next morning (the worker looks it up); 0: never."""


class TimerFired(Event, frozen=True, tag="timer_fired"):
    """A timer that an effect had started is due."""

    timer: str
    """Id of the timer, unique within the conversation."""
    kind: str
    """check_silence | announce | survey | remind | purge_conversation | purge_case | wake | follow_up …"""
    escalation: str = ""
    waiting: bool = False
    """For ``announce``: whether the escalation still waits for a person (the worker looks it up)."""
    night: bool = False
    """For ``survey`` and ``remind``: whether it is night where the contact is (the worker looks it up)."""


class FlowOffered(Event, frozen=True, tag="flow_offered"):
    """The programme has something to tell a contact, outside of any case: it comes when it does not disturb."""

    flow: str
    slots: dict[str, str] = {}
    """Remembered before, for what the flow says."""


class ContactBlocked(Event, frozen=True, tag="contact_blocked"):
    """The channel says that the contact blocked us or is gone."""


class MessageSetAside(Event, frozen=True, tag="message_set_aside"):
    """A message could not be processed after several tries; the contact is told and offered a person."""

    risk_read: bool = False
    """Whether the risk rules had read it. If not, an escalation is opened."""
    finding: RiskFinding | None = None
    """What the risk rules had seen in it; it escalates as if the message had been processed."""


AnyEvent = (
    MessageReceived
    | CaseworkerReplied
    | CaseworkerSentFlow
    | EscalationTaken
    | EscalationHandedBack
    | EscalationResolved
    | TimerFired
    | FlowOffered
    | ContactBlocked
    | MessageSetAside
)


def aside(event: AnyEvent) -> MessageSetAside | None:
    """Return the event that follows when one is set aside, or None where the contact has written nothing.

    What the risk rules saw goes along, so that a sign of danger is never lost with the message.
    """
    if not isinstance(event, MessageReceived):
        return None
    read = event.understood is not None or not event.text.strip()
    return MessageSetAside(
        id=f"{event.id}:aside",
        at=event.at,
        risk_read=read,
        finding=event.understood.risk if event.understood else None,
    )
