"""Looks at JSON of which nobody knows whether it is as it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.exchange.dialects import Json


def mapping(found: Any) -> Json:  # noqa: ANN401 - whatever stands in the file
    """Return a mapping; an empty one where it is none."""
    return found if isinstance(found, dict) else {}


def mappings(found: Any) -> list[Json]:  # noqa: ANN401 - as above
    """Return the mappings of a list; none where it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def things(found: Any) -> list[Json]:  # noqa: ANN401 - as above
    """Return the mappings of a list, each with an id and a type that are texts."""
    return [
        {**one, **{key: str(one[key]) for key in ("uuid", "type") if key in one}} for one in mappings(found)
    ]  # fmt: skip


def texts(found: Any) -> list[str]:  # noqa: ANN401 - as above
    """Return the values of a list as texts; none where it is no list."""
    return [str(one) for one in found] if isinstance(found, list) else []


def short(found: Any) -> str:  # noqa: ANN401 - as above
    """Return a thing as it stands in the file; it goes whole into the report, so that nothing is lost."""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)


def extras(found: Json, *known: str) -> Iterator[tuple[str, str]]:
    """Yield (key, what it holds) for what a thing holds beside what we know, where it holds anything."""
    for key, value in found.items():
        if key not in {"uuid", "type", *known} and value:
            yield key, short(value)
