"""What the table of transitions names. One module for each who: the contact, their questions, people, the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bot.core.handlers import begin, choices, media, people, routing, timers
from bot.core.turn import Turn

Handler = Callable[[Turn, Any], None]

HANDLERS: Final[dict[str, Handler]] = {
    "begin": begin.begin,
    "come_back": begin.come_back,
    "route": routing.route,
    "reread": routing.reread,
    "obey": choices.obey,
    "press": choices.press,
    "choose": choices.choose,
    "answer": choices.answer,
    "receive_medium": media.receive,
    "pass_on": people.pass_on,
    "pass_reply": people.pass_reply,
    "send_flow": people.send_flow,
    "person_taken": people.taken,
    "person_left": people.left,
    "case_closed": people.closed,
    "timer_fired": timers.fired,
    "flow_offered": timers.offered,
    "contact_blocked": people.blocked,
    "message_set_aside": people.set_aside,
}
"""Name in ``transitions`` → what does it."""
