"""What an author writes: flows of steps. These are the parsed, checked forms; ``flowfiles`` makes them from YAML."""

from __future__ import annotations

import msgspec

from bot.core.understood import Level


class Statement(msgspec.Struct, frozen=True):
    """One sentence or two with one source; a fact that is switched off takes just its statement along."""

    text: str
    context: str
    """gettext context: ``flow/step``, with ``@BE`` for an overlay."""
    sources: tuple[str, ...] = ()
    closed: str = ""
    """Said instead while nobody answers a number that the text names; empty: then it is left out."""


class Choice(msgspec.Struct, frozen=True):
    """A choice is defined once: its button and what may be typed are one text."""

    id: str
    label: str
    next: str = ""
    flow: str = ""
    """Enter this flow instead of going to a step."""
    set: dict[str, str] = {}


class Step(msgspec.Struct, frozen=True, tag_field="kind"):
    """The common part of all steps; an empty ``next`` ends the flow (the loader fills in the following step)."""

    id: str
    next: str = ""


class Say(Step, frozen=True, tag="say"):
    """Tell something. ``overlay`` maps BE, BE-VLG, age:0-14 … to what is added there."""

    say: tuple[Statement, ...] = ()
    overlay: dict[str, tuple[Statement, ...]] = {}


class Ask(Step, frozen=True, tag="ask"):
    """Ask for something typed, check it, and ask again kindly."""

    text: Statement = Statement("", "")
    again: Statement = Statement("", "")
    slot: str = ""
    type: str = "text"
    """text | number | date | yes_no"""
    min: float | None = None
    max: float | None = None


class Choose(Step, frozen=True, tag="choose"):
    """Offer choices, by button, by number or by typing the label."""

    text: Statement = Statement("", "")
    choose: tuple[Choice, ...] = ()


class When(msgspec.Struct, frozen=True):
    """One arm of a branch: all conditions hold (each a value or one of several); no conditions is ``else``."""

    next: str
    when: dict[str, tuple[str, ...]] = {}


class Branch(Step, frozen=True, tag="branch"):
    """Go on by what is known: country, region, locale, channel, audience, hidden, case, or a slot."""

    branch: tuple[When, ...] = ()


class Set(Step, frozen=True, tag="set"):
    """Remember something: locale, country, region, audience, welcomed, or a slot."""

    set: dict[str, str] = {}


class Escalate(Step, frozen=True, tag="escalate"):
    """Open an escalation, or raise the open one."""

    level: Level = "T3"
    topic: str = "human"


class Link(Step, frozen=True, tag="link"):
    """Enter another flow and come back."""

    flow: str = ""


class Act(Step, frozen=True, tag="act"):
    """Do one of the engine's own acts: hide | erase | restart | menu | alarm | safe | answer_first."""

    act: str = ""


class Remind(Step, frozen=True, tag="remind"):
    """Enter another flow later, by day, unless the contact stops it."""

    flow: str = ""
    days: int = 0
    """So many days from now; where ``day`` is given, so many days after it (before it, where negative)."""
    day: str = ""
    """Slot that holds a day; empty: from now."""


class Record(Step, frozen=True, tag="record"):
    """Keep what the contact told for the programme, or delete it."""

    record: str = ""
    """The kind."""
    slots: tuple[str, ...] = ()
    """Which answers are kept; none: what was kept is deleted."""
    days: int = 0
    """For how long."""


class End(Step, frozen=True, tag="end"):
    """End this flow."""


AnyStep = Say | Ask | Choose | Branch | Set | Escalate | Link | Act | Remind | Record | End


class Flow(msgspec.Struct, frozen=True):
    """A list of steps under one id, chosen by topic, audience and country."""

    id: str
    title: str
    steps: dict[str, AnyStep]
    """In the order of the file; the first one is where the flow begins."""
    topic: str = ""
    audience: str = "any"
    countries: tuple[str, ...] = ()
    """Empty: all countries."""
    file: str = ""
    safe_first: bool = False
    """A caseworker who takes a case of its topic asks first whether the contact can talk safely."""
    form: bool = False
    """A few questions that a caseworker may start in a case."""

    @property
    def first(self) -> str:
        """Id of the step where the flow begins."""
        return next(iter(self.steps))
