"""What the clock on the wall shows where a contact is: telephone numbers have their hours by it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ZONES: Final = {"BE": "Europe/Brussels", "DE": "Europe/Berlin", "GR": "Europe/Athens"}
"""Country → its time zone."""
ELSEWHERE: Final = "Europe/Brussels"
"""For numbers that hold everywhere, where the country is not known."""


def local(country: str, at: int) -> dt.datetime | None:
    """Return the local time.

    Args:
        country: BE, DE, GR, or empty.
        at: Milliseconds since 1970, UTC; 0: no time is known.

    Returns:
        None where no time is known, or this machine has no time zones (package ``tzdata``).
    """
    zone = _zone(ZONES.get(country, ELSEWHERE))
    return dt.datetime.fromtimestamp(at / 1000, zone) if at and zone else None


def moment(country: str, clock: dt.datetime) -> int:
    """Return the milliseconds since 1970, UTC, of what a country's clock shows."""
    zone = _zone(ZONES.get(country, ELSEWHERE))
    return int(clock.replace(tzinfo=zone or dt.UTC).timestamp() * 1000)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None
