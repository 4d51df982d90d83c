"""How easy a text is to read, by a published measure of its language.

======== ============================ ==================================
locale   measure                      a child of nine reads
======== ============================ ==================================
en       Flesch-Kincaid grade         4 and less (a grade of school)
de       first Wiener Sachtextformel  4 and less (a grade of school)
nl       Flesch-Douma reading ease    85 and more (100 is very easy)
fr       Kandel-Moles reading ease    85 and more (100 is very easy)
======== ============================ ==================================

Measured is each flow as a whole, and each message: what is said at once. The measures were made for samples of a
hundred words, so shorter flows are not measured, and a single message may be harder than a flow. Names, numbers and
words that ``words.child`` explains count as short words, so that what is left can be mended. The measures come from
textstat, which works without a network; it is a tool for authors, and where it is not installed the check says so once.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from bot.core.flow import Ask, Choose, Flow, Say, Statement
from bot.core.library import statements_of
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.hard import Finder
from bot.flowfiles.checks.registry import Found, check


class Measure(msgspec.Struct, frozen=True):
    """A measure of a language, and how far a text may go."""

    name: str
    """As people know it."""
    of: Callable[[Any, str], float]
    """Given textstat set to the language, and a text."""
    grade: bool
    """Whether it grows with difficulty."""
    flow: dict[str, float]
    """Audience → limit of a flow."""
    message: dict[str, float]
    """Audience → limit of one message."""
    short: str
    """A short word, said instead of names."""

    def beyond(self, value: float, limit: float) -> bool:
        """Return whether a value is harder than a limit."""
        return value > limit if self.grade else value < limit


MEASURES: Final = {
    "en": Measure(
        "Flesch-Kincaid grade",
        lambda tool, text: float(tool.flesch_kincaid_grade(text)),
        grade=True,
        flow={"child": 4, "carer": 7},
        message={"child": 7, "carer": 10},
        short="it",
    ),
    "de": Measure(
        "Wiener Sachtextformel",
        lambda tool, text: float(tool.wiener_sachtextformel(text, 1)),
        grade=True,
        flow={"child": 4, "carer": 8},
        message={"child": 9, "carer": 12},
        short="es",
    ),
    "nl": Measure(
        "Flesch-Douma",
        lambda tool, text: float(tool.flesch_reading_ease(text)),
        grade=False,
        flow={"child": 85, "carer": 65},
        message={"child": 65, "carer": 45},
        short="het",
    ),
    "fr": Measure(
        "Kandel-Moles",
        lambda tool, text: float(tool.flesch_reading_ease(text)),
        grade=False,
        flow={"child": 85, "carer": 65},
        message={"child": 65, "carer": 45},
        short="ça",
    ),
}
"""Locale → its measure."""
ENOUGH: Final = 15
"""Words from which on a message can be measured."""
ENOUGH_FLOW: Final = 100
"""Words from which on a flow can be measured."""
_END: Final = re.compile(r"(?<=[.!?…])\s+|\n+")


@check("hard_to_read", "Make short sentences of everyday words.", severity="warning", release="warning")
def hard_to_read(book: Book) -> Iterator[Found]:
    """Find messages and flows that are too hard to read, and name their worst sentence."""
    for locale, measure in MEASURES.items():
        if locale != "en" and locale not in book.catalogs:
            continue
        tool = None
        finder = Finder(book, locale)
        for flow in book.flows.values():
            audience = "carer" if flow.audience == "carer" else "child"
            parts = [(measure.message[audience], ENOUGH, one) for one in _messages(flow)]
            parts.append((measure.flow[audience], ENOUGH_FLOW, list(statements_of(flow))))
            for limit, enough, statements in parts:
                texts = [finder.easy(text, measure.short) for text in _said(book, locale, statements)]
                if len(" ".join(texts).split()) < enough:
                    continue
                tool = tool or _tool(locale)
                if tool is None:
                    yield (f"{book.folder.name}/", 1), "textstat is not installed: how easy texts read is not measured"
                    return
                value = measure.of(tool, " ".join(map(_ended, texts)))
                if measure.beyond(value, limit):
                    what = flow.id if enough == ENOUGH_FLOW else "a message"
                    worst = _worst(tool, measure, texts)
                    place = book.at(flow.id) if enough == ENOUGH_FLOW else _place(book, locale, statements[0])
                    bound = f"at {'most' if measure.grade else 'least'} {limit:g}"
                    told = f"{what} is hard to read ({measure.name} {value:.1f}, {bound}), most of all: {worst!r}"
                    yield place, f"{locale}: {told}"


def _tool(locale: str) -> Any:  # noqa: ANN401 - textstat is there only where authors work, and untyped for mypy
    """Return textstat set to a language; None where it is not installed."""
    try:
        made = importlib.import_module("textstat.textstat").textstatistics()
    except ImportError:
        return None
    made.set_lang(locale)
    return made


def _messages(flow: Flow) -> Iterator[list[Statement]]:
    """Yield what is said at once: a step as everybody reads it, and as those of a country, region or age do."""
    for step in flow.steps.values():
        if isinstance(step, Say):
            yield list(step.say)
            for added in step.overlay.values():
                yield [*added, *step.say]
        elif isinstance(step, Choose | Ask):
            yield [step.text]


def _said(book: Book, locale: str, statements: list[Statement]) -> list[str]:
    """Return statements in a locale, each once; without those that are not translated."""
    if locale == "en":
        return list(dict.fromkeys(one.text for one in statements if one.text))
    entries = book.catalogs[locale].entries
    found = (entries.get((one.context, one.text)) for one in statements)
    return list(dict.fromkeys(entry.text for entry in found if entry and entry.text))


def _place(book: Book, locale: str, statement: Statement) -> tuple[str, int]:
    entry = book.catalogs[locale].entries.get((statement.context, statement.text)) if locale != "en" else None
    return (book.catalogs[locale].file, entry.line) if entry else book.where(statement.context, statement.text)


def _ended(text: str) -> str:
    return text if text.rstrip()[-1:] in {".", "!", "?", "…"} else f"{text}."


def _worst(tool: Any, measure: Measure, texts: list[str]) -> str:  # noqa: ANN401 - textstat is untyped
    sentences = [one for text in texts for one in _END.split(text) if len(one.split()) > 2]  # noqa: PLR2004 - an exclamation says nothing
    order = max if measure.grade else min
    return order(sentences, key=lambda one: measure.of(tool, one), default="")
