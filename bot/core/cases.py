"""Opening a case, or raising the one that is open."""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core.conversation import Case, Slot
from bot.core.effects import OpenEscalation, RaiseEscalation
from bot.core.turn import Turn
from bot.core.understood import SERIOUS, Level, RiskFinding

TOLD: Final = "told"
"""The slot that counts how often the contact was told that nobody has come yet."""


def untold(turn: Turn) -> dict[str, Slot]:
    """Return the slots for a case that begins, or begins again: nothing was told about its waiting yet."""
    return {name: value for name, value in turn.conversation.slots.items() if name != TOLD}


def escalate(turn: Turn, level: Level, topic: str, finding: RiskFinding | None = None) -> None:
    """Open an escalation; where one is open, raise it if this is worse. Never lowers a level."""
    case = turn.conversation.case
    if case is None or not case.open:
        case = Case(f"{turn.conversation.ref}-{turn.event.at:x}", level, topic, spared=level in SERIOUS)
        turn.emit(OpenEscalation(case.id, level, topic, finding))
        turn.update(case=case, slots=untold(turn))
    elif level < case.level or finding:
        higher = min(level, case.level)
        turn.emit(RaiseEscalation(case.id, higher, topic, finding))
        turn.update(case=msgspec.structs.replace(case, level=higher, spared=case.spared or higher in SERIOUS))
