"""All teams: which of them a case goes to, whether it is there, and who is on call."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.teams import opening
from bot.teams.team import Announce, Reach, Team

VERSION: Final = 1


class Book(msgspec.Struct, frozen=True):
    """All teams, in the order in which they were written, and how their people are paged."""

    teams: tuple[Team, ...] = ()
    people: dict[str, Reach] = {}
    """Name of an account → how that person is paged."""
    everybody: Announce = Announce()
    """Where announcements go for a case without a team, and for one that is told to everybody."""
    version: int = VERSION

    def team(self, id_: str) -> Team | None:
        """Return a team, or None where there is none of that id."""
        return next((team for team in self.teams if team.id == id_), None)

    def route(self, country: str, region: str, topic: str, locale: str) -> str:
        """Return the id of the team for a case; the most specific wins, an empty text where none fits.

        More of what is known of the case counts first, then topic before region, country and language; then the order
        of the book. What is not known of a case (empty) fits no team that asks for it.
        """
        best, most = "", (-1, False, False, False, False)
        for team in self.teams:
            asked = ((team.topics, topic), (team.regions, region), (team.countries, country), (team.locales, locale))
            if not all(not wanted or has in wanted for wanted, has in asked):
                continue
            by_topic, by_region, by_country, by_locale = (bool(wanted) for wanted, _ in asked)
            weight = (by_topic + by_region + by_country + by_locale, by_topic, by_region, by_country, by_locale)
            if weight > most:
                best, most = team.id, weight
        return best

    def open_now(self, team: str, at: int) -> bool:
        """Tell whether a team is there at a time (ms); where the case has no team: whether any is."""
        return any(opening.open_now(one, at) for one in self._meant(team))

    def next_opening(self, team: str, at: int) -> tuple[int, Team] | None:
        """Return from when on somebody is there (ms), and which team; None where nobody ever is."""
        found = [(when, one) for one in self._meant(team) if (when := opening.next_opening(one, at)) is not None]
        return min(found, key=lambda pair: pair[0]) if found else None

    def on_call(self, team: str, at: int) -> tuple[str, ...]:
        """Return who is on call at a time (ms), by the roster and by the week; for no team: of all teams."""
        return tuple(dict.fromkeys(who for one in self._meant(team) for who in called(one, at)))

    def _meant(self, team: str) -> tuple[Team, ...]:
        found = self.team(team)
        return (found,) if found else self.teams


def called(team: Team, at: int) -> tuple[str, ...]:
    """Return who is on call for one team at a time (ms)."""
    once = [shift.who for shift in team.shifts if shift.since <= at < shift.until]
    weekly = [one.who for one in team.on_call if opening.weekly(one.hours, team.timezone, at)]
    return tuple(dict.fromkeys((*once, *weekly)))
