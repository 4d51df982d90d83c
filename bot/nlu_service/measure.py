"""Measures understanding on messages that nobody trained on: ``nlu/eval/<locale>.<split>.jsonl`` (see its README).

Every message goes the whole way: rules, language, the real server, thresholds. Figures are shares between 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bot.config import ROOT, Settings
from bot.nlu_service import places
from bot.nlu_service.service import NluService
from bot.understanding.ask import ask_all
from bot.understanding.client import NluClient
from bot.understanding.reader import Reader
from bot.understanding.spare import prepared

FOLDER: Final = ROOT / "nlu" / "eval"
HARMLESS: Final = "alarming_harmless"
Split = Literal["dev", "test"]


class Item(msgspec.Struct, frozen=True):
    """One message of a measuring set, with what is right."""

    text: str
    country: str
    audience: str
    topic: str
    kind: str
    risk: str | None = None
    locale: str = ""


class Row(msgspec.Struct, frozen=True):
    """A message and what was understood of it."""

    item: Item
    topics: tuple[str, ...]
    """From the most probable on."""
    confidence: float
    care: str
    risk: str | None
    locale: str | None
    nlu: bool
    chance: float = 0.0
    """How probable the classifier finds any risk."""


class Figures(msgspec.Struct, frozen=True):
    """The measures of one set; None where it holds no such message."""

    messages: int
    top1: float | None
    top3: float | None
    noticed: float | None
    noticed_direct: float | None
    noticed_indirect: float | None
    right_alarm: float | None
    false_alarm: float | None
    false_check: float | None
    alarming_alarm: float | None
    alarming_check: float | None
    language: float | None


GOALS: Final[dict[str, tuple[float, float]]] = {
    "top1": (0.75, 0.82),
    "top3": (0.88, 0.93),
    "noticed": (0.93, 0.97),
    "right_alarm": (0.75, 0.85),
    "false_alarm": (0.03, 0.02),
    "false_check": (0.10, 0.07),
    "alarming_alarm": (0.15, 0.10),
}
"""What is to be reached in each language, and over all."""


def items(split: Split, locales: Sequence[str] = (), folder: Path = FOLDER) -> list[Item]:
    """Return the messages of a split, in the order of the files."""
    found = []
    for path in sorted(folder.glob(f"*.{split}.jsonl")):
        locale = path.name.split(".")[0]
        if locales and locale not in locales:
            continue
        lines = (line for line in path.read_text("utf-8").splitlines() if line.strip())
        found += [msgspec.convert({**json.loads(line), "locale": locale}, Item) for line in lines]
    return found


async def rows(reader: Reader, found: Sequence[Item]) -> list[Row]:
    """Return what is understood of each message; every message is asked with locale, country and audience."""
    questions = [{"text": i.text, "locale": i.locale, "country": i.country, "audience": i.audience} for i in found]
    answers = [answer async for answer in ask_all(reader, questions)]
    return [_row(item, answer) for item, answer in zip(found, answers, strict=True)]


def _row(item: Item, answer: dict[str, Any]) -> Row:
    return Row(
        item,
        tuple(entry["topic"] for entry in answer["ranking"]),
        answer["confidence"],
        answer["care"],
        answer["risk"],
        answer["detected_locale"],
        answer["nlu"],
        answer["risk_chance"],
    )


def figures(found: Sequence[Row]) -> Figures:
    """Return the measures of rows; topics are measured on messages that are no risks' and no alarming ones."""
    plain = [row for row in found if row.item.kind == "plain"]
    risks = [row for row in found if row.item.risk]
    harmless = [row for row in found if not row.item.risk and row.item.kind != HARMLESS]
    alarming = [row for row in found if row.item.kind == HARMLESS]
    return Figures(
        messages=len(found),
        top1=_share(row.topics[:1] == (row.item.topic,) for row in plain),
        top3=_share(row.item.topic in row.topics[:3] for row in plain),
        noticed=_share(row.care != "none" for row in risks),
        noticed_direct=_share(row.care != "none" for row in risks if row.item.kind == "direct"),
        noticed_indirect=_share(row.care != "none" for row in risks if row.item.kind == "indirect"),
        right_alarm=_share(row.care == "alarm" and row.risk == row.item.risk for row in risks),
        false_alarm=_share(row.care == "alarm" for row in harmless),
        false_check=_share(row.care == "check" for row in harmless),
        alarming_alarm=_share(row.care == "alarm" for row in alarming),
        alarming_check=_share(row.care == "check" for row in alarming),
        language=_share(row.locale == row.item.locale for row in found),
    )


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return sum(found) / len(found) if found else None


def by_locale(found: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """Return the rows of each locale, and all of them under ``all``."""
    locales = sorted({row.item.locale for row in found})
    return {**{locale: [row for row in found if row.item.locale == locale] for locale in locales}, "all": found}


def tables(found: Sequence[Row]) -> dict[str, Figures]:
    """Return the figures of each locale, and over all under ``all``."""
    return {name: figures(rows) for name, rows in by_locale(found).items()}


def text_table(found: dict[str, Figures]) -> str:
    """Return the figures as a table for the terminal; ``!`` marks what misses its goal."""
    names = [name for name in Figures.__struct_fields__ if name != "messages"]
    width = max(len(name) for name in names)
    lines = [" " * width + "".join(f"{locale:>8}" for locale in found)]
    for name in names:
        cells = []
        for locale, values in found.items():
            value = getattr(values, name)
            cells.append(f"{'-' if value is None else f'{value:.2f}':>7}{'!' if misses(name, locale, value) else ' '}")
        lines.append(f"{name:<{width}}" + "".join(cells))
    lines.append(f"{'messages':<{width}}" + "".join(f"{values.messages:>7} " for values in found.values()))
    return "\n".join(lines)


def misses(name: str, locale: str, value: float | None) -> bool:
    """Return whether a figure misses its goal."""
    if name not in GOALS or value is None:
        return False
    goal = GOALS[name][locale == "all"]
    return value > goal if name.startswith(("false_", "alarming_")) else value < goal


async def measure(
    settings: Settings, *, split: Split = "dev", locales: Sequence[str] = (), rules_alone: bool = False
) -> list[Row]:
    """Start what is needed, ask every message, and return the rows. Raises NluError without a server."""
    found = items(split, locales)
    if rules_alone:
        return await rows(Reader(spare=prepared(places.models(settings))), found)
    service = NluService(settings)
    await service.start()
    try:
        async with NluClient(service.address) as client:
            return await rows(Reader(client), found)
    finally:
        await service.stop()
