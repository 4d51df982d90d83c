"""What a team is: whose cases it takes, when it is there, who is on call, and where its announcements go."""

from __future__ import annotations

import datetime as dt

import msgspec


class Shift(msgspec.Struct, frozen=True):
    """Somebody is on call, once. Times in ms since 1970, UTC; ``until`` is excluded."""

    who: str
    since: int
    until: int


class Weekly(msgspec.Struct, frozen=True):
    """Somebody is on call every week, at hours written as those of a team."""

    who: str
    hours: str


class Announce(msgspec.Struct, frozen=True):
    """Where announcements go. They hold no content."""

    telegram: str = ""
    """Chat id of a group that the bot is in."""
    emails: tuple[str, ...] = ()
    webhook: str = ""
    secret: str = ""
    """Signs the calls of the webhook; made by us, shown once."""


class Reach(msgspec.Struct, frozen=True):
    """How one person is paged, where they are not looking at the console."""

    email: str = ""
    telegram: str = ""
    """Chat id of their own chat with the bot."""

    @property
    def anywhere(self) -> bool:
        """Whether they can be paged at all."""
        return bool(self.email or self.telegram)


class Team(msgspec.Struct, frozen=True):
    """A team. An empty scope means: any."""

    id: str
    name: str
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    timezone: str = "Europe/Brussels"
    hours: str = ""
    """``Mo-Fr 09:00-17:00; Sa 10:00-12:00``, as in ``contacts.yml``; empty: at no time, only on call."""
    holidays: tuple[str, ...] = ()
    """Whose public holidays close it: ``GR``, or ``DE-BY`` with a subdivision."""
    closed_on: tuple[dt.date, ...] = ()
    open_on: tuple[dt.date, ...] = ()
    """Days on which it is there as on other days of that weekday, though they are public holidays."""
    shifts: tuple[Shift, ...] = ()
    on_call: tuple[Weekly, ...] = ()
    announce: Announce = Announce()
