"""What no conversation shows: rare messages of the service, what is said while nobody answers a number, phrases."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from bot.book.numbers import Line, Numbers
from bot.core.flow import Choose, Flow
from bot.core.library import texts_of
from bot.flowfiles.texts import phrase_context


class Rest(msgspec.Struct, frozen=True):
    """The texts of one flow that were not shown yet."""

    name: str
    """The id of the flow; empty for phrases of caseworkers."""
    lines: tuple[Line, ...]


def of_flows(numbers: Numbers, flows: Collection[Flow]) -> list[Rest]:
    """Return what is left of some flows, in their order."""
    found = []
    for flow in flows:
        labels = {(flow.id, flow.title)} | {
            (f"{flow.id}/{step.id}", choice.label)
            for step in flow.steps.values()
            if isinstance(step, Choose)
            for choice in step.choose
        }
        lines = (numbers.text(*key, label=key in labels) for key in dict.fromkeys(texts_of(flow)))
        new = tuple(line for line in lines if line and line.first)
        if new:
            found.append(Rest(flow.id, new))
    return found


def of_phrases(numbers: Numbers, phrases: Mapping[str, str]) -> list[Rest]:
    """Return the phrases of caseworkers, by id, that are translated."""
    lines = (numbers.text(phrase_context(name), english) for name, english in phrases.items())
    new = tuple(line for line in lines if line and line.first)
    return [Rest("", new)] if new else []
