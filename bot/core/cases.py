"""Opening a case, or raising the one that is open."""

from __future__ import annotations

import msgspec

from bot.core.conversation import Case
from bot.core.effects import OpenEscalation, RaiseEscalation
from bot.core.turn import Turn
from bot.core.understood import Level, RiskFinding


def escalate(turn: Turn, level: Level, topic: str, finding: RiskFinding | None = None) -> None:
    """Open an escalation; where one is open, raise it if this is worse. Never lowers a level."""
    case = turn.conversation.case
    if case is None or not case.open:
        case = Case(f"{turn.conversation.ref}-{turn.event.at:x}", level, topic)
        turn.emit(OpenEscalation(case.id, level, topic, finding))
        turn.update(case=case)
    elif level < case.level or finding:
        higher = min(level, case.level)
        turn.emit(RaiseEscalation(case.id, higher, topic, finding))
        turn.update(case=msgspec.structs.replace(case, level=higher))
