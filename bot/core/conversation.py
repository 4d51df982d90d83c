"""The state kept for one contact on one channel. It is small, versioned and sealed at rest."""

from __future__ import annotations

from typing import Literal

import msgspec

from bot.core.effects import Button, SendReply
from bot.core.understood import Level, RiskFinding

VERSION = 1
"""Raise it when a field changes its meaning, and add the upgrade to ``codec.UPGRADES``."""

RECENT_MS = 120_000
"""Risk is judged for a message alone and joined with those of the last two minutes (design, section 6)."""

Slot = str | int | float | bool
Survey = Literal["", "later", "asked"]


class Frame(msgspec.Struct, frozen=True):
    """A place in a flow. The innermost frame is the last of the stack."""

    flow: str
    step: str
    part: str = ""
    """``overlay`` when the base texts of a say step are out and the country was asked for; else empty."""
    again: bool = False
    """When this frame ends, the frame below repeats its question (a side question) instead of going on."""


class Case(msgspec.Struct, frozen=True):
    """What the conversation knows of its open escalation; the escalation itself is a record of its own."""

    id: str
    level: Level
    topic: str
    talking: bool = False
    """A person has taken it: the bot keeps quiet, and risk checking goes on."""
    quiet: bool = False
    """Nobody answered a gentle check: the phone may be in wrong hands, and the bot waits until the contact writes."""
    resolved_at: int = 0
    """When a person closed it; for a while a contact who writes comes back to the same case."""
    spared: bool = False
    """The contact is not asked whether it helped: it was T0 or T1 at some time, or the chat was hidden in it."""
    survey: Survey = ""
    """Whether that question waits for the morning, or was asked; it is asked once in the life of a case."""

    @property
    def open(self) -> bool:
        """Whether nobody has closed it yet."""
        return not self.resolved_at


class Recent(msgspec.Struct, frozen=True):
    """A message of the last two minutes, kept for joined risk checking only."""

    at: int
    text: str


class HeldFlow(msgspec.Struct, frozen=True):
    """A flow that a caseworker sent while nothing could be sent."""

    flow: str
    escalation: str
    reply: str = ""


class Conversation(msgspec.Struct, frozen=True):
    """All that is remembered between two turns."""

    ref: str
    """Pseudonymous reference of the contact."""
    channel: str
    version: int = VERSION
    locale: str = ""
    chosen: bool = False
    """The contact chose the locale; then nothing changes it but the contact."""
    country: str = ""
    region: str = ""
    audience: str = ""
    welcomed: bool = False
    stack: tuple[Frame, ...] = ()
    trail: tuple[tuple[Frame, ...], ...] = ()
    """Stacks of earlier questions, for going back; at most ten."""
    offered: tuple[Button, ...] = ()
    """The choices last shown, so that a number or a typed label can be taken for one."""
    misses: int = 0
    """How many answers in a row were not understood."""
    slots: dict[str, Slot] = {}
    case: Case | None = None
    check: RiskFinding | None = None
    """A gentle check is open: a "no", a further sign or silence turns it into an alarm."""
    alarmed_at: int = 0
    recent: tuple[Recent, ...] = ()
    last_at: int = 0
    """When the contact last wrote; the 24-hour window of WhatsApp counts from here."""
    deferred: tuple[str, ...] = ()
    """Flows that were suggested, or that a question is about which must wait for another."""
    held: tuple[SendReply, ...] = ()
    """What caseworkers wrote while the chat was hidden."""
    sent: str = ""
    """The flow of a caseworker that is still asking, while the person talks; empty: the bot is quiet."""
    held_flows: tuple[HeldFlow, ...] = ()
    """Flows of caseworkers that wait until the contact writes."""
    keeps: dict[str, int] = {}
    """What the contact asked for later → when (ms): ``remind:FLOW`` when that flow is due, ``record:KIND`` how long
    a record is kept. So long the conversation is kept as well."""
    hidden: bool = False
    """Nothing is sent until the contact writes again."""
    blocked: bool = False
