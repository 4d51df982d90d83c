"""What a filter leaves of the queue, and what each other choice would show. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bot.core.understood import SERIOUS
from bot.desk.filters import FIELDS, Filter
from bot.desk.views import Row

MENTIONS: Final = "mentions"
WAITS: Final = frozenset({"waiting", "assigned"})
Shares = Mapping[str, Counter[str]]
"""Field of the filter → value → how many cases there would be."""


class Selection(msgspec.Struct, frozen=True):
    """What a filter leaves of the queue."""

    rows: Sequence[Row]
    shares: Shares
    left_out: int
    """Cases of T0 and T1 that nobody has and the filter hides."""


def values_of(row: Row, name: str) -> dict[str, str]:
    """Return what a row has for each field of the filter; ``owner`` is ``me``, ``nobody`` or a name."""
    owner = "me" if row.owner == name else row.owner or "nobody"
    return {
        "country": row.country, "language": row.locale, "topic": row.topic, "level": row.level, "team": row.team,
        "owner": owner,
    }  # fmt: skip


def has_value(row: Row, has: Mapping[str, str], field: str, value: str) -> bool:
    """Tell whether a row has what a field of the filter asks for."""
    if field == "label":
        return value in row.labels
    return row.mentioned if (field, value) == ("owner", MENTIONS) else has.get(field) == value


def select(rows: Sequence[Row], wanted: Filter, name: str) -> Selection:
    """Return the rows that are wanted, and how many there would be for each other choice. Pure.

    Args:
        rows: All that the person may see, by level and due time; those whose contact waits come first within a level.
        wanted: The filter.
        name: Who asks.
    """
    rows = sorted(rows, key=lambda row: (row.level, row.state not in WAITS))
    asked = wanted.query()
    if asked.get("owner") == name:
        asked["owner"] = "me"
    found: list[Row] = []
    shares: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    left_out = 0
    for row in rows:
        has = values_of(row, name)
        wrong = [field for field, value in asked.items() if not has_value(row, has, field, value)]
        if not wrong:
            found.append(row)
        elif row.level in SERIOUS and row.state == "waiting":
            left_out += 1
        if len(wrong) > 1:
            continue
        for field in wrong or FIELDS:  # one choice away, or there already
            share = shares[field]
            share[""] += 1
            for value in row.labels if field == "label" else (has[field],):
                share[value] += 1
            if field == "owner" and row.mentioned:
                share[MENTIONS] += 1
    return Selection(found, shares, left_out)


def counts(rows: Sequence[Row], now: int) -> dict[str, object]:
    """Return what stands beside the title, in the tab and in the navigation."""
    waiting = [row for row in rows if row.state == "waiting"]
    return {
        "waiting": len(waiting),
        "late": sum(1 for row in waiting if row.due_at < now),
        "announced": sum(1 for row in waiting if row.announced),
        "danger": [f"{row.id}:{row.announced}" for row in waiting if row.level == "T0"],
    }
