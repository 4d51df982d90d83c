"""What a person wants to see of the queue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import msgspec

from bot.desk.views import Row

FIELDS = ("country", "language", "topic", "level", "team", "owner", "label")


class Filter(msgspec.Struct, frozen=True):
    """Each field narrows the queue; an empty one does not."""

    country: str = ""
    language: str = ""
    topic: str = ""
    level: str = ""
    team: str = ""
    owner: str = ""
    """``me``, ``nobody``, ``mentions`` (a note mentions who asks), or a name."""
    label: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Return the filter that an address holds; what it does not know is left out."""
        return cls(**{name: query.get(name, "")[:64] for name in FIELDS})

    def query(self) -> dict[str, str]:
        """Return the fields that narrow."""
        return {name: value for name in FIELDS if (value := getattr(self, name))}


def matches(row: Row, wanted: Filter, name: str) -> bool:
    """Tell whether a row is wanted by somebody of that name."""
    owner = {"me": name, "nobody": ""}.get(wanted.owner, wanted.owner)
    pairs = (
        (wanted.country, row.country),
        (wanted.language, row.locale),
        (wanted.topic, row.topic),
        (wanted.level, row.level),
        (wanted.team, row.team),
    )
    if any(want and want != has for want, has in pairs):
        return False
    owned = row.mentioned if wanted.owner == "mentions" else not wanted.owner or row.owner == owner
    return owned and (not wanted.label or wanted.label in row.labels)
