"""``ask``: ask for something typed, check it, and ask again kindly."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from bot.core.conversation import Slot
from bot.core.flow import Ask, Flow
from bot.core.runner import STEPS, cuts, leave
from bot.core.turn import Turn
from bot.core.understood import Understood

LONGEST = 500
"""Characters of a free answer that are kept."""


def run(turn: Turn, flow: Flow, step: Ask) -> bool:
    """Ask, and wait."""
    if cuts(turn, flow):
        leave(turn)
        return False
    turn.update(offered=())
    turn.say(flow.id, step.id, (step.text,))
    return True


def _text(_step: Ask, text: str, _: Understood) -> Slot | None:
    return text.strip()[:LONGEST] or None


def _number(step: Ask, text: str, _: Understood) -> Slot | None:
    found = re.search(r"(?<![\d.,])\d{1,9}(?![\d])", text)
    if not found:
        return None
    value = int(found[0])
    low = step.min if step.min is not None else value
    high = step.max if step.max is not None else value
    return value if low <= value <= high else None


def _date(_step: Ask, text: str, _: Understood) -> Slot | None:
    parts = [int(part) for part in re.findall(r"\d{1,4}", text)]
    if len(parts) != 3:  # noqa: PLR2004 - year, month, day
        return None
    year, month, day = parts if parts[0] > 31 else reversed(parts)  # noqa: PLR2004 - no month has more days
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _yes_no(_step: Ask, _text: str, understood: Understood) -> Slot | None:
    best = understood.ranking[0].topic if understood.ranking else ""
    return {"affirm": "yes", "deny": "no"}.get(best)


TYPES: dict[str, Callable[[Ask, str, Understood], Slot | None]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "yes_no": _yes_no,
}
"""Type of an answer → what reads it; None when it cannot be read."""


STEPS[Ask] = run
