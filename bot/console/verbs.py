"""From the fields of a form to an act: one small function for each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from bot.core.acts import AnyAct, claim, close, file, leave, second, speak
from bot.core.escalation import Outcome, Watched
from bot.core.understood import Level
from bot.errors import NotAllowedError

HOUR_MS: Final = 3_600_000
SNOOZE_HOURS: Final = (1, 4, 24, 72)

Form = Mapping[str, str]


def _one(form: Form, name: str, allowed: tuple[Any, ...], error: str) -> Any:  # noqa: ANN401 - one of a Literal's values
    found = {str(value): value for value in allowed}.get(form.get(name, ""))
    if found is None:
        raise NotAllowedError(error)
    return found


def _level(form: Form) -> Level:
    level: Level = _one(form, "level", get_args(Level), "Choose a level.")
    return level


def _what(form: Form) -> Watched:
    what: Watched = _one(form, "what", get_args(Watched), "Choose what is meant.")
    return what


def _snooze(form: Form) -> AnyAct:
    hours: int = _one(form, "hours", SNOOZE_HOURS, "Choose when you want to be reminded.")
    return leave.Snooze(hours * HOUR_MS)


def _transfer(form: Form) -> AnyAct:
    kind, _, name = form.get("to", "").rpartition(":")
    team = kind == "team"
    return leave.Transfer("" if team else name, name if team else form.get("team", ""), form.get("summary", ""))


def _resolve(form: Form) -> AnyAct:
    outcome: Outcome = _one(form, "outcome", close.OUTCOMES, "Choose how the case ended.")
    return close.Resolve(outcome, form.get("reason", ""))


def _follow_up(form: Form) -> AnyAct:
    """Take the time as milliseconds: the page has read a day and an hour by the clock of who writes them."""
    when = form.get("when", "").strip() or "0"
    if not when.isdecimal():
        msg = "Choose a day and an hour."
        raise NotAllowedError(msg)
    return file.FollowUp(int(when))


def _reply(form: Form) -> AnyAct:
    return speak.Reply(form.get("text", ""), form.get("phrase", "")[:64], form.get("original", ""))


VERBS: Final[dict[str, Callable[[Form], AnyAct]]] = {
    "claim": lambda _form: claim.Claim(),
    "assign": lambda form: claim.Assign(form.get("to", "")),
    "reply": _reply,
    "send_flow": lambda form: speak.SendFlow(form.get("flow", "")[:64]),
    "note": lambda form: speak.Note(form.get("text", "")),
    "seen": lambda _form: speak.Seen(),
    "label": lambda form: file.Label(form.get("label", ""), form.get("on", "1") == "1"),
    "check": lambda form: file.Check(form.get("step", ""), form.get("done", "1") == "1"),
    "link": lambda form: file.Link(form.get("other", ""), form.get("on", "1") == "1"),
    "follow_up": _follow_up,
    "release": lambda form: leave.Release(form.get("summary", "")),
    "hand_back": _snooze,
    "transfer": _transfer,
    "take_over": lambda form: leave.TakeOver(form.get("former", "")),
    "lower_level": lambda form: close.LowerLevel(_level(form), form.get("reason", "")),
    "raise_level": lambda form: close.RaiseLevel(_level(form), form.get("reason", "")),
    "exclude": lambda form: close.Exclude(form.get("accused", ""), form.get("reason", "")),
    "resolve": _resolve,
    "confirm": lambda form: second.Confirm(_what(form)),
    "decline": lambda form: second.Decline(_what(form), form.get("reason", "")),
    "review": lambda form: second.Review(_what(form), form.get("reason", "")),
    "export": lambda form: second.Export(form.get("reason", "")),
}
"""Verb → the act that its form asks for; raises NotAllowedError where a field is missing or wrong."""

LEADS_TO_QUEUE: Final = frozenset({"release", "resolve", "transfer"})
KEYED: Final = frozenset({"reply", "send_flow", "note"})
"""Verbs whose second click must do nothing."""
