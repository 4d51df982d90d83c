"""Two clocks: the caseworker's, and the one on the contact's wall. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.core import get_global

from bot.i18n import writing

ZONE_COOKIE: Final = "ucare_zone"
"""The caseworker's time zone, as their browser names it; their own script keeps it."""
MAX_ZONE: Final = 64


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """Return a time zone; None where there is none of that name."""
    if not name or len(name) > MAX_ZONE:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


@lru_cache(maxsize=256)
def zones(country: str) -> tuple[ZoneInfo, ...]:
    """Return the time zones of a country (ISO 3166)."""
    names = sorted(name for name, where in get_global("zone_territories").items() if where == country)
    return tuple(found for name in names if (found := zone(name)))


def moment(milliseconds: int, where: ZoneInfo) -> dt.datetime:
    """Return a time as a wall clock shows it."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, where)


def contact_zone(country: str, at: int) -> ZoneInfo | None:
    """Return the zone of a country's clocks; None where they differ within the country, or it is not known."""
    found = zones(country) if country else ()
    if not found or len({moment(at, one).utcoffset() for one in found}) > 1:
        return None
    return found[0]


class Times:
    """What the clocks say, for one page."""

    def __init__(self, own: str, country: str, now: int, locale: str) -> None:
        """Take the caseworker's zone (its name, or empty), the contact's country, the time now and the language."""
        self.there_zone = contact_zone(country, now)
        self.known = zone(own) is not None
        self.zone = zone(own) or self.there_zone or ZoneInfo("UTC")
        self.now, self.locale = now, locale

    def clock(self, milliseconds: int) -> str:
        """Return the hour on the caseworker's clock."""
        return moment(milliseconds, self.zone).strftime("%H:%M")

    def there(self, milliseconds: int) -> str:
        """Return the hour on the contact's clock; empty where it is the same, or not known."""
        if self.there_zone is None:
            return ""
        own, other = moment(milliseconds, self.zone), moment(milliseconds, self.there_zone)
        return other.strftime("%H:%M") if own.utcoffset() != other.utcoffset() else ""

    def contact_now(self) -> str:
        """Return the hour on the contact's clock now; empty where it is not known."""
        return moment(self.now, self.there_zone).strftime("%H:%M") if self.there_zone else ""

    def night(self) -> bool:
        """Tell whether it is between 22 and 7 for the contact."""
        hour = moment(self.now, self.there_zone).hour if self.there_zone else 12
        return hour >= 22 or hour < 7  # noqa: PLR2004 - hours of a night

    def day(self, milliseconds: int) -> dt.date:
        """Return the day in the caseworker's calendar."""
        return moment(milliseconds, self.zone).date()

    def days_ago(self, milliseconds: int) -> int:
        """Return how many midnights have passed since."""
        return (self.day(self.now) - self.day(milliseconds)).days

    def date(self, milliseconds: int) -> str:
        """Return the day in words."""
        return writing.date(self.day(milliseconds), self.locale)

    def full(self, milliseconds: int) -> str:
        """Return day and hour."""
        return f"{self.date(milliseconds)}, {self.clock(milliseconds)}"

    def at(self, days: int, hour: int) -> int:
        """Return the time of a day from today at an hour of the caseworker's clock."""
        day = self.day(self.now) + dt.timedelta(days=days)
        return int(dt.datetime.combine(day, dt.time(hour), self.zone).timestamp() * 1000)

    def form(self, milliseconds: int) -> str:
        """Return a time as the field of a form has it."""
        return moment(milliseconds, self.zone).strftime("%Y-%m-%dT%H:%M")

    def read(self, text: str) -> int:
        """Return the time that a field of a form means on the caseworker's clock.

        Raises:
            ValueError: It is none.
        """
        return int(dt.datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp() * 1000)
