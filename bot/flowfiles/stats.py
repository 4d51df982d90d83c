"""``ucare flows stats``: how much there is, how deep it goes, on what it rests, and what ends next."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from bot.core.flow import Ask, Choose, Flow, Say
from bot.core.library import COUNTRIES, branches_of, statements_of, texts_of
from bot.flowfiles import reference
from bot.flowfiles.load import load

SOON: Final = dt.timedelta(days=60)
"""Facts whose review is due within this time are named."""


class Size(msgspec.Struct, frozen=True):
    """How much one flow holds."""

    flow: str
    topic: str
    audience: str
    messages: dict[str, int]
    """Steps that speak, by country."""
    texts: int
    words: int
    depth: int
    """How many exchanges lead to what lies deepest (``depth``)."""
    facts: int


class Stats(msgspec.Struct, frozen=True):
    """All flows, and what they rest on."""

    flows: list[Size]
    texts: int
    """Different texts, each translated once for its place."""
    words: int
    messages: int
    """Steps that speak, and what a country or region adds to one counted as one more."""
    facts: dict[str, int]
    """Facts that are told, by status."""
    unused: list[str]
    """Facts that stand in sources.yml and are told nowhere."""
    due: dict[str, str]
    """Facts to be reviewed soon, or late: id → day."""
    told_in: dict[str, list[str]]
    """Fact → the flows that tell it."""


def depth(flow: Flow) -> int:
    """Return how many exchanges there are on the shortest way to what lies deepest; the question is the first."""
    far = {flow.first: 1}
    todo = deque([flow.first])
    while todo:
        name = todo.popleft()
        step = flow.steps[name]
        asks = isinstance(step, Choose | Ask)
        for following in (*branches_of(step), step.next):
            if following in flow.steps and far[name] + asks < far.get(following, 99):
                far[following] = far[name] + asks
                (todo.append if asks else todo.appendleft)(following)
    return max(far[name] for name in far if isinstance(flow.steps[name], Say | Choose | Ask) or name == flow.first)


def _size(flow: Flow) -> Size:
    said = list(statements_of(flow))
    return Size(
        flow=flow.id,
        topic=flow.topic,
        audience=flow.audience,
        messages={
            country: sum(
                isinstance(step, Choose | Ask)
                or (isinstance(step, Say) and bool(step.say or any(k.startswith(country) for k in step.overlay)))
                for step in flow.steps.values()
            )
            for country in flow.countries or COUNTRIES
        },
        texts=len(set(texts_of(flow))),
        words=sum(len(one.text.split()) for one in said),
        depth=depth(flow),
        facts=len({source for one in said for source in one.sources} - {"none"}),
    )


def measure(folder: Path, today: dt.date | None = None) -> Stats:
    """Return the figures of a folder of flows.

    Raises:
        FlowError: A file is wrong.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    flows = load(folder).flows
    sources: Mapping[str, reference.Source] = reference.sources(folder)
    told: dict[str, list[str]] = {}
    for flow in flows.values():
        for fact in sorted({source for one in statements_of(flow) for source in one.sources} - {"none"}):
            told.setdefault(fact, []).append(flow.id)
    used = {name: sources[name] for name in told if name in sources}
    due = sorted((one.review_by, name) for name, one in used.items() if one.review_by <= day + SOON)
    sizes = [_size(flow) for flow in flows.values()]
    return Stats(
        flows=sizes,
        texts=len({ref for flow in flows.values() for ref in texts_of(flow)}),
        words=sum(one.words for one in sizes),
        messages=sum(
            1 + (len(step.overlay) if isinstance(step, Say) else 0)
            for flow in flows.values()
            for step in flow.steps.values()
            if isinstance(step, Say | Choose | Ask)
        ),
        facts=dict(Counter(one.status for one in used.values())),
        unused=sorted(sources.keys() - told.keys()),
        due={name: f"{at}" for at, name in due},
        told_in=told,
    )


def table(found: Stats) -> str:
    """Return the figures as text."""
    heads = ("flow", *COUNTRIES, "texts", "words", "depth", "facts")
    rows = [
        (
            one.flow,
            *(str(one.messages.get(c, "-")) for c in COUNTRIES),
            *map(str, (one.texts, one.words, one.depth, one.facts)),
        )
        for one in found.flows
    ]
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]

    def laid(row: tuple[str, ...]) -> str:
        return "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )

    facts = ", ".join(f"{number} {status}" for status, number in sorted(found.facts.items()))
    return "\n".join([
        laid(heads), *map(laid, rows), "",
        f"{len(found.flows)} flows, {found.messages} messages, {found.texts} texts, {found.words} words.",
        f"{sum(found.facts.values())} facts are told: {facts}. {len(found.unused)} facts are told nowhere.",
        f"To be reviewed within {SOON.days} days: {', '.join(f'{n} ({d})' for n, d in found.due.items()) or 'none'}.",
        "Depth: exchanges on the shortest way to what lies deepest. BE, DE, GR: messages there.",
    ])  # fmt: skip
