"""Where a message comes from: flow, step, file and line, and the sources of each of its statements."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

from bot.core.effects import OpenEscalation, RaiseEscalation, SendMessage, TextRef
from bot.core.library import Library, statements_of
from bot.flowfiles.reference import Source
from bot.preview.talk import Said

Places = Mapping[str, tuple[str, int]]


class Fact(msgspec.Struct, frozen=True):
    """What a statement rests on."""

    id: str
    title: str = ""
    url: str = ""
    status: str = ""
    checked: str = ""


class Sentence(msgspec.Struct, frozen=True):
    """One statement, in English and as it was said, with what it rests on; none: it states no fact."""

    english: str
    facts: tuple[Fact, ...] = ()
    part: str = ""
    """For whom it was added: ``BE``, ``BE-VLG``, ``age:0-14``; empty: for everybody."""


class Note(msgspec.Struct, frozen=True):
    """What stands beside a message."""

    flow: str
    step: str
    file: str = ""
    line: int = 0
    sentences: tuple[Sentence, ...] = ()
    cases: tuple[str, ...] = ()
    """What was opened for caseworkers in the same turn, before or with it."""
    changed: bool = False
    """It was said anew after a file was saved."""


class Origins:
    """Knows where the texts of one library come from."""

    def __init__(self, library: Library, places: Places, sources: Mapping[str, Source]) -> None:
        """Take the library, where its flows stand, and the sources by id."""
        self._library, self._places, self._sources = library, places, sources

    @cached_property
    def _of(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {
            (one.context, one.text): one.sources for flow in self._library.flows.values() for one in statements_of(flow)
        }

    def place(self, flow: str, step: str) -> tuple[str, int]:
        """Return file and line of a step, else of its flow."""
        return self._places.get(f"{flow}/{step}") or self._places.get(flow) or ("", 0)

    def note(self, said: Said, *, changed: bool = False) -> Note:
        """Return what stands beside a message."""
        outgoing = said.outgoing
        if outgoing is None:
            return Note("", "")
        refs = said.effect.texts if isinstance(said.effect, SendMessage) else ()
        file, line = self.place(outgoing.flow, outgoing.step)
        sentences = tuple(self._sentence(ref) for ref in refs)
        return Note(outgoing.flow, outgoing.step, file, line, sentences, changed=changed)

    def _sentence(self, ref: TextRef) -> Sentence:
        found = self._of.get((ref.context, ref.msgid), ())
        part = ref.context.partition("@")[2]
        return Sentence(ref.msgid, tuple(self._fact(name) for name in found if name != "none"), part)

    def _fact(self, name: str) -> Fact:
        source = self._sources.get(name)
        if source is None:
            return Fact(name)
        return Fact(name, source.title, source.url, source.status, source.checked.isoformat())


def case_of(said: Said) -> str:
    """Return what a caseworker gets, in words; empty where it is no case."""
    effect = said.effect
    if isinstance(effect, OpenEscalation | RaiseEscalation):
        what = "raised to" if isinstance(effect, RaiseEscalation) else "opened at"
        return f"A case is {what} {effect.level} ({effect.topic})."
    return ""
