"""What a contact is told where a case opens and nobody is at the desk: the truth, once in some hours. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.core import effects as fx
from bot.core.effects import TextRef
from bot.core.escalation import Escalation
from bot.core.flow import Say
from bot.i18n.writing import clock, weekday
from bot.teams.presence import Presence
from bot.teams.team import Team

if TYPE_CHECKING:
    from bot.core.library import Library

FLOW: Final = "out_of_hours"
TOLD: Final = "told_closed"
"""The slot that says when the contact was told last (ms)."""
AGAIN_MS: Final = 6 * 3_600_000
"""For so long it is not said again, in milliseconds."""

Values = tuple[tuple[str, str], ...]


def when(opening: int, team: Team, locale: str) -> str:
    """Return a day and a time of a team's wall clock as a locale writes them."""
    there = dt.datetime.fromtimestamp(opening / 1000, ZoneInfo(team.timezone))
    return f"{weekday(there.date(), locale)}, {clock(there, locale)}"


def words(
    case: Escalation, presence: Presence | None, library: Library, *, locale: str, audience: str, at: int
) -> list[tuple[fx.SendMessage, Values]]:
    """Return what is said about a case that opens at a time (ms), with what fills its places; mostly nothing.

    Nothing is said where no team is defined, where somebody is there, or where the locale does not have the flow.
    """
    flow = library.flows.get(FLOW)
    if presence is None or not presence.book.teams or flow is None or not library.has(locale, FLOW):
        return []
    if presence.staffed(case, at):
        return []
    opening = presence.again(case, at)
    step: str = "unknown"
    values: Values = ()
    if presence.paging(case, at):
        step = "calling"
    elif opening is not None:
        step, values = "again", (("when", when(opening[0], opening[1], locale)),)
    said: list[tuple[fx.SendMessage, Values]] = []
    for name in (step,) if case.level == "T0" else (step, "numbers"):  # at T0 the numbers are out already
        kept = flow.steps.get(name)
        if isinstance(kept, Say):
            texts = tuple(TextRef(f"{FLOW}/{name}", one.text) for one in kept.say)
            said.append(
                (
                    fx.SendMessage(FLOW, name, texts, locale=locale, country=case.country, audience=audience, at=at),
                    values,
                )
            )
    return said
