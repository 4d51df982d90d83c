"""Notes for people beside the nodes: where facts come from, and what RapidPro and Glific cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bot.core.flow import Say, Statement
from bot.exchange.dialects import Json
from bot.exchange.outgoing.canvas import Canvas, Note
from bot.exchange.words import Words, words_of
from bot.flowfiles.checks.numbers import PLACEHOLDER
from bot.flowfiles.reference import ALWAYS

HEAD: Final = "ucare"
"""Begins the title of the note that tells what a flow is."""
WARNING: Final = (
    "read: in ucare each message is read for signs of danger before any flow, and what a contact types is understood. "
    "Nothing of that is in this file: see to it that people read along."
)
"""What everybody must know who takes a flow over."""
MARKS: Final = ("safe_first", "form")
"""What a flow is or is not."""
NOBODY: Final = frozenset({"", "none"})
"""Sources of statements that state no fact."""


def head_of(canvas: Canvas) -> Note:
    """Return the note that tells what a flow is here; the import reads it again."""
    flow = canvas.flow
    title = words_of(canvas.job.texts, flow.id, flow.title) if flow.title else Words("")
    lines = [f"flow: {flow.id}", f"title: {title.english}"]
    lines += [f"title {locale}: {text}" for locale, text in title.others.items()]
    lines += [f"topic: {flow.topic}", f"audience: {flow.audience}"]
    if flow.countries:
        lines.append(f"countries: {' '.join(flow.countries)}")
    marks = [name for name in MARKS if getattr(flow, name)]
    if marks:
        lines.append(f"marks: {' '.join(marks)}")
    lines.append(WARNING)
    first = canvas.nodes[0]["uuid"] if canvas.nodes else ""
    return Note(first, f"{HEAD}: {flow.id}", "\n".join(lines))


def read_head(stickies: Sequence[Json]) -> dict[str, str]:
    """Return what the note of ``head_of`` says, by key; empty where there is none."""
    for one in stickies:
        if str(one.get("title", "")).startswith(f"{HEAD}: "):
            pairs = (line.partition(":") for line in str(one.get("body", "")).splitlines())
            return {key.strip(): value.strip() for key, _, value in pairs}
    return {}


def note_of(canvas: Canvas, step: Say, node: str, nowhere: Sequence[Json]) -> None:
    """Add the note of a step: sources, what is said while a number is closed, and what nobody may be told."""
    lines = [line for place, one in _statements(step) for line in _lines(canvas, place, one)]
    for one in nowhere:
        why = "its fact is off or unconfirmed"
        if not canvas.job.unfit.intersection(one.get("source", ())):
            why = "its number is not there or may not be shown"
        lines.append(f"Not said, because {why}: “{one['text']['en']}”")
        canvas.told("dropped", "statement", f"not said, because {why}: “{one['text']['en']}”", node)
    if lines:
        canvas.notes.append(Note(node, f"{canvas.flow.id}/{step.id}", "\n".join(lines)))


def _statements(step: Say) -> Iterator[tuple[str, Statement]]:
    yield from (("", one) for one in step.say)
    for place, added in step.overlay.items():
        yield from ((place, one) for one in added)


def _lines(canvas: Canvas, place: str, one: Statement) -> Iterator[str]:
    for name in one.sources:
        source = canvas.job.sources.get(name)
        if name not in NOBODY:
            told = f"{source.title}, {source.url} ({source.status}, checked {source.checked})" if source else "unknown"
            yield f"{f'{place}: ' if place else ''}“{one.text}” {name}: {told}"
    if one.closed:
        yield f"While nobody answers, say instead: “{one.closed}”"
    for name in PLACEHOLDER.findall(one.text):
        yield from _numbers(canvas, place, name.removeprefix("tel_"))


def _numbers(canvas: Canvas, place: str, name: str) -> Iterator[str]:
    for country, table in canvas.job.contacts.items():
        contact = table.get(name)
        if contact and (not place or place.startswith("age:") or country in {place[:2], "EU"}):
            hours = f", open {contact.open}" if contact.open else ""
            tried = "" if contact.called or name in ALWAYS else ". Nobody has called it yet: do, before you use it"
            yield f"{country} {name}: {contact.number}{hours}{tried}"
