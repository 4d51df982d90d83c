"""The table of all flows: who it is for, how far it is translated, and whether its facts hold."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bot.core.flow import Flow
from bot.core.library import statements_of, texts_of
from bot.flowfiles import reference
from bot.flowfiles.load import load
from bot.i18n import catalogs, review


class Row(msgspec.Struct, frozen=True):
    """One flow, in words."""

    flow: str
    topic: str
    audience: str
    countries: str
    steps: int
    texts: int
    locales: str
    """Each locale: nothing added where all of it is reviewed, ``+`` back-checked, ``~`` a draft, ``!`` not whole."""
    review: str


HEADS: Final = ("flow", "topic", "audience", "countries", "steps", "texts", "locales", "facts")
LEGEND: Final = "locales: nl reviewed, nl+ back-checked, nl~ a draft, nl! not whole (not offered)"
SIGNS: Final[dict[review.State, str]] = {review.REVIEWED: "", review.BACK_CHECKED: "+", review.DRAFT: "~"}


def _locales(flow: Flow, read: Iterable[catalogs.Read]) -> str:
    keys = set(texts_of(flow))
    marks = ["en"]
    for catalog in read:
        entries = [catalog.entries.get(key) for key in keys]
        good = [entry.mark for entry in entries if entry and entry.good]
        marks.append(f"{catalog.locale}{SIGNS[review.lowest(good)] if len(good) == len(keys) else '!'}")
    return " ".join(marks)


def _review(flow: Flow, sources: dict[str, reference.Source], today: dt.date) -> str:
    used = {name for statement in statements_of(flow) for name in statement.sources if name != "none"}
    if not used:
        return "none"
    found = [sources[name] for name in used if name in sources]
    counts: Counter[str] = Counter(one.status for one in found)
    counts["expired"] = sum(one.review_by < today for one in found)
    counts["unknown"] = len(used) - len(found)
    told = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    reviewed = sum(bool(one.reviewed_by) for one in found)
    return f"{told}; {reviewed} of {len(used)} reviewed"


def rows(folder: Path, locales: Path, today: dt.date | None = None) -> list[Row]:
    """Return a row for each flow, in order of their files.

    Raises:
        FlowError, CatalogError: A file is wrong.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    sources = dict(reference.sources(folder)) if (folder / "sources.yml").is_file() else {}
    read = list(catalogs.read_all(locales).values())
    return [
        Row(
            flow.id,
            flow.topic or "-",
            flow.audience,
            " ".join(flow.countries) or "all",
            len(flow.steps),
            len(set(texts_of(flow))),
            _locales(flow, read),
            _review(flow, sources, day),
        )
        for flow in load(folder).flows.values()
    ]


def table(found: Sequence[Row]) -> str:
    """Return the rows as a table in plain text."""
    cells = [HEADS, *(tuple(map(str, msgspec.structs.astuple(row))) for row in found)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([*lines, "", f"{len(found)} flows. {LEGEND}"])
