"""Makes the chapters: conversations as bubbles.

Rules:

1. The first conversation of a chapter is shown from beginning to end, in the contact's own words of that locale.
2. Of every other one only the turns are shown that say something new: what is different in another country, and what
   lies deeper.
3. A sentence is asked about once, where it is shown first; later it is only named by its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from bot.book import transcripts
from bot.book.numbers import Line, Numbers
from bot.book.transcripts import Given, Said, Transcript, Turn
from bot.core.flow import Choose


class Bubble(msgspec.Struct, frozen=True):
    """What stands in one bubble, or between two."""

    kind: Literal["contact", "bot", "called", "gap"]
    text: str = ""
    """What the contact typed; a label that was pressed is in ``lines``."""
    lines: tuple[Line, ...] = ()
    before: tuple[int, ...] = ()
    """Numbers of sentences that are said here as well and stand further up."""
    buttons: tuple[Line, ...] = ()
    urgent: bool = False


class Talk(msgspec.Struct, frozen=True):
    """One conversation, or what is new in it."""

    country: str
    bubbles: tuple[Bubble, ...]


class Chapter(msgspec.Struct, frozen=True):
    """All conversations of one audience about one topic."""

    topic: str
    title: Line | None
    audience: str
    talks: tuple[Talk, ...]


class Writer:
    """Writes chapters, one after another; what one has shown the next does not ask about again."""

    def __init__(self, folder: Path, numbers: Numbers) -> None:
        """Take transcripts from a folder."""
        self._folder, self._numbers = folder, numbers

    def chapters(self, topic: str) -> Iterator[Chapter]:
        """Yield the chapters of a topic: none for an audience that hears nothing of its own."""
        own = transcripts.local(self._folder, topic, self._numbers.locale)
        for audience in ("child", "carer"):
            mine = [one for one in own if one.audience == audience]
            found = (*mine, *transcripts.english(self._folder, topic, audience))
            if not found:
                continue
            asked = _question(mine) or _question(own)
            known = len(self._numbers.sentences)
            title = self._title(topic, audience)
            talks: list[Talk] = []
            for one in found:
                talk = self._talk(one, asked, whole=not talks)
                if talk.bubbles:
                    talks.append(talk)
            if len(self._numbers.sentences) > known:
                yield Chapter(topic, title, audience, tuple(talks))

    def _title(self, topic: str, audience: str) -> Line | None:
        found = self._numbers.library.find(topic, audience, "")
        flow = self._numbers.library.flows[found] if found else None
        return self._numbers.text(flow.id, flow.title, label=True) if flow and flow.title else None

    def _talk(self, one: Transcript, asked: str, *, whole: bool) -> Talk:
        bubbles: list[Bubble] = []
        waiting: list[Bubble] = []  # turns of nothing new; a whole conversation shows them where more follows
        place = ""
        for turn in one.turns:
            given = self._given(turn.given, place, asked if one.locale != self._numbers.locale else "")
            said = [self._said(message, one) for message in turn.said]
            if any(_new(bubble) for bubble in said):
                bubbles += waiting if whole else waiting[:1]
                bubbles.append(given)
                bubbles += [_short(bubble, whole=whole) for bubble in said if whole or _new(bubble) or _called(bubble)]
                waiting = []
            elif whole:
                waiting += [given, *(_short(bubble) for bubble in said)]
            elif bubbles:
                waiting.append(Bubble("gap"))
            place = _place(turn) or place
        return Talk(one.country, tuple(bubbles))

    def _given(self, given: Given, place: str, asked: str) -> Bubble:
        if given.kind == "press":
            line = self._pressed(place, given.text)
            return Bubble("contact", "" if line else given.text, (line,) if line else ())
        if given.kind == "word":
            return Bubble("contact", self._word(given.text))
        return Bubble("contact", asked or given.text)

    def _pressed(self, place: str, label: str) -> Line | None:
        """Return the label of a button; where several were alike, it is named as ``flow/step/choice``."""
        name, _, rest = label.partition("/")
        flow = self._numbers.library.flows.get(name)
        where, _, choice = rest.partition("/")
        step = flow.steps.get(where) if flow else None
        if isinstance(step, Choose):
            found = next((one.label for one in step.choose if one.id == choice), "")
            return self._numbers.button(f"{name}/{where}", found)
        return self._numbers.button(place, label)

    def _word(self, typed: str) -> str:
        """Return a word that navigates, as it is typed in the locale."""
        library, locale = self._numbers.library, self._numbers.locale
        step = next(iter(library.flows["nav"].steps.values()))
        for choice in step.choose if isinstance(step, Choose) else ():
            if choice.label.lower() == typed.lower():
                return library.text(locale, library.ref("nav", step.id, choice.label)) or typed
        return typed

    def _said(self, said: Said, one: Transcript) -> Bubble:
        if said.called:
            return Bubble("called")
        lines = (self._numbers.said(said.place, t, country=one.country, audience=one.audience) for t in said.texts)
        buttons = (self._numbers.button(said.place, label) for label in said.choices)
        return Bubble(
            "bot",
            lines=tuple(line for line in lines if line),
            buttons=tuple(line for line in buttons if line),
            urgent=said.urgent,
        )


def _question(found: list[Transcript]) -> str:
    return next((turn.given.text for one in found for turn in one.turns if turn.given.kind == "ask"), "")


def _place(turn: Turn) -> str:
    """Return the step whose buttons are shown after a turn."""
    return next((said.place for said in reversed(turn.said) if said.choices), "")


def _new(bubble: Bubble) -> bool:
    return any(line.first for line in (*bubble.lines, *bubble.buttons))


def _called(bubble: Bubble) -> bool:
    return bubble.kind == "called"


def _short(bubble: Bubble, *, whole: bool = False) -> Bubble:
    """Return a bubble with what is new in it, and the numbers of the rest; where ``whole`` it keeps also the rest."""
    if whole and _new(bubble):
        return bubble
    known = tuple(line.sentence.number for line in (*bubble.lines, *bubble.buttons) if not line.first)
    return msgspec.structs.replace(
        bubble,
        lines=tuple(line for line in bubble.lines if line.first),
        buttons=tuple(line for line in bubble.buttons if line.first),
        before=known,
    )
