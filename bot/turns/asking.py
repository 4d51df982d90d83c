"""When a contact may be asked whether it helped. Pure: the time comes with the event.

Nobody's phone lights up between nine in the evening and eight in the morning for a question of ours.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from bot.core.acts.close import was_serious
from bot.core.escalation import Escalation
from bot.turns.local import local, moment

MORNING: Final = 8
EVENING: Final = 21
"""Hours of the clock where the contact is."""
NOT_ASKED: Final = frozenset({"no_contact", "duplicate"})
"""Outcomes after which the question would make no sense to the contact."""


def night(country: str, at: int) -> bool:
    """Tell whether it is night in a country at a time (ms); where this machine has no time zones, it always is."""
    here = local(country, at)
    return here is None or not MORNING <= here.hour < EVENING


def ask_at(case: Escalation | None, at: int) -> int:
    """Return when the contact of a case that was closed at ``at`` may be asked whether it helped (ms); 0: never.

    Only where a person wrote to the contact, and the case was T2 or T3 all the time.
    """
    if case is None or was_serious(case) or not case.answered_at or case.outcome in NOT_ASKED:
        return 0
    here = local(case.country, at)
    if here is None:
        return 0
    if not night(case.country, at):
        return at
    day = here.date() + dt.timedelta(days=here.hour >= EVENING)
    return moment(case.country, dt.datetime.combine(day, dt.time(MORNING)))
