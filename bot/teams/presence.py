"""The teams and who works now, as one turn sees them: read again and again outside, never waited for."""

from __future__ import annotations

import msgspec

from bot.core.escalation import Escalation
from bot.core.people import LISTS, WRITES
from bot.core.understood import SERIOUS
from bot.teams.book import Book
from bot.teams.team import Team
from bot.teams.telling import Channel, Colleague, Recipients, to_tell


class Presence(msgspec.Struct, frozen=True):
    """A moment's knowledge of who is there."""

    book: Book = Book()
    colleagues: tuple[Colleague, ...] = ()
    channels: frozenset[Channel] = frozenset()
    """By which announcements go out now: set up, and carried by a process that is alive."""

    def team(self, id_: str) -> Team | None:
        """Return a team, or None."""
        return self.book.team(id_)

    def on_duty(self, name: str) -> bool:
        """Tell whether somebody uses the console now and may."""
        return any(one.on_duty and one.name == name for one in self.colleagues)

    def staffed(self, case: Escalation, at: int) -> bool:
        """Tell whether somebody is at the desk for a case at a time (ms): by the hours, or because they are there."""
        return self.book.open_now(case.team, at) or self.watched(case)

    def watched(self, case: Escalation) -> bool:
        """Tell whether somebody is on duty who may take a case."""
        return any(
            one.on_duty and one.viewer.may(WRITES) and one.name not in case.excluded
            and one.viewer.covers(case.country, case.team)
            for one in self.colleagues
        )  # fmt: skip

    def again(self, case: Escalation, at: int) -> tuple[int, Team] | None:
        """Return when the desk of a case is next staffed by its hours (ms), and the team whose hours they are."""
        return self.book.next_opening(case.team, at)

    def paging(self, case: Escalation, at: int) -> bool:
        """Tell whether opening this case calls somebody who is on call: there is one, and a way that works now."""
        if case.level not in SERIOUS or self.book.team(case.team) is None:
            return False
        allowed = {one.name for one in self.colleagues if one.viewer.may(LISTS) and one.name not in case.excluded}
        reached = [self.book.people[name] for name in self.book.on_call(case.team, at)
                   if name in allowed and name in self.book.people]  # fmt: skip
        return any(
            (reach.email and "email" in self.channels) or (reach.telegram and "telegram" in self.channels)
            for reach in reached
        )

    def to_tell(self, case: Escalation, round_: int, at: int) -> Recipients:
        """Return whom the announcement of a case reaches in a round, at a time (ms)."""
        return to_tell(self.book, self.colleagues, case, round_, at)
