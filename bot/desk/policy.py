"""Who may do what with which case: roles, scope, accusation, and who counts as a second person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.core.acts import AnyAct, claim, close, leave
from bot.core.acts.base import Act
from bot.core.escalation import TRANSITIONS, Escalation, Verb
from bot.core.people import LISTS, READS, WRITES, Role, Viewer
from bot.core.understood import SERIOUS
from bot.errors import NotAllowedError

NO_CASE: Final = "There is no such case, or it is not open to this caseworker."
NOT_ROLE: Final = "Your role does not allow this. Ask an administrator if it should."
SUMMARY: Final = "Write a hand-over summary: what is known, what was promised, what comes next."
OWNED: Final = frozenset({"assigned", "answered", "snoozed"})

PERMITTED: Final[dict[type[Act], frozenset[Role]]] = {
    claim.Assign: frozenset({"lead", "coordinator"}),
}
"""Acts that other roles may do than those who write to contacts."""

TABLE: Final[tuple[tuple[str, Verb], ...]] = (
    ("claim", "claim"),
    ("reply", "reply"),
    ("send_flow", "reply"),
    ("hand_back", "snooze"),
    ("release", "release"),
    ("transfer", "transfer"),
    ("resolve", "resolve"),
)
ANYBODY: Final = frozenset({"claim", "resolve"})
"""What needs no claim before: taking a case, and closing one that nobody has."""


def lists(viewer: Viewer, case: Escalation) -> bool:
    """Tell whether a person may know of a case."""
    return viewer.may(LISTS) and viewer.name not in case.excluded and viewer.covers(case.country, case.team)


def reads(viewer: Viewer, case: Escalation) -> bool:
    """Tell whether a person may read what was said in a case."""
    return viewer.may(READS) and lists(viewer, case)


def takes(viewer: Viewer, case: Escalation) -> bool:
    """Tell whether a person could have a case."""
    return viewer.may(WRITES) and lists(viewer, case)


def permits(viewer: Viewer, case: Escalation, act: AnyAct) -> None:
    """Check role and scope.

    Raises:
        NotAllowedError: The person must not know of the case, or not do this.
    """
    if not lists(viewer, case):
        raise NotAllowedError(NO_CASE)
    if not viewer.may(PERMITTED.get(type(act), WRITES)):
        raise NotAllowedError(NOT_ROLE)


def second_people(viewer: Viewer, case: Escalation, others: Iterable[Viewer], on_duty: frozenset[str]) -> list[str]:
    """Return who is there now and could look at what somebody does."""
    return [one.name for one in others if one.name != viewer.name and one.name in on_duty and takes(one, case)]


def left_behind(case: Escalation, everybody: Iterable[Viewer]) -> bool:
    """Tell whether a case belongs to somebody who cannot work on it (any more)."""
    able = {one.name for one in everybody if takes(one, case)}
    return case.state in OWNED and bool(case.assignee) and case.assignee not in able


def hands_over(act: AnyAct, case: Escalation, viewer: Viewer) -> None:
    """Check that whoever gives away a case in which somebody may be in danger says what the next person must know.

    Raises:
        NotAllowedError: There is no summary.
    """
    if not isinstance(act, leave.Release | leave.Transfer) or case.assignee != viewer.name:
        return
    if case.level in SERIOUS and not act.summary.strip():
        raise NotAllowedError(SUMMARY)


def fits(act: AnyAct, case: Escalation, viewer: Viewer, everybody: Sequence[Viewer]) -> None:
    """Check what depends on who works here.

    Raises:
        NotAllowedError: The colleague cannot take the case, the assignee has not left, or nobody would be left.
    """
    able = [one.name for one in everybody if takes(one, case)]
    to = act.to if isinstance(act, claim.Assign | leave.Transfer) else ""
    if to and to not in able:
        msg = "Choose a colleague who can take this case."
        raise NotAllowedError(msg)
    if isinstance(act, leave.TakeOver) and not viewer.may(frozenset({"lead"})) and not left_behind(case, everybody):
        msg = "Somebody else has this case, or nobody. Claim it first."
        raise NotAllowedError(msg)
    if isinstance(act, close.Exclude):
        if act.accused not in {one.name for one in everybody}:
            msg = "Choose a colleague."
            raise NotAllowedError(msg)
        if not [name for name in able if name != act.accused]:
            msg = "Nobody would be left who can open this case. Invite another caseworker first."
            raise NotAllowedError(msg)


def actions(case: Escalation, viewer: Viewer) -> list[str]:
    """Return the verbs that make sense for a person and a case now, for buttons; ``apply`` has the last word."""
    if not viewer.may(WRITES):
        return ["assign"] if case.state == "waiting" and viewer.may(PERMITTED[claim.Assign]) else []
    own, free, is_open = case.assignee == viewer.name, not case.assignee, case.state != "resolved"
    found = [name for name, verb in TABLE if (case.state, verb) in TRANSITIONS and (own or (free and name in ANYBODY))]
    found += ["note", "label", "check", "link", "export"]
    if case.state == "waiting":
        found += ["transfer"] * ("transfer" not in found)
        found += ["assign"] * viewer.may(PERMITTED[claim.Assign])
    if own or (free and not is_open):
        found.append("follow_up")
    if is_open:
        found.append("exclude")  # anybody may: who is accused may be the one who has the case
        found += ["lower_level"] * (own and case.level != "T3") + ["raise_level"] * (case.level != "T0")
        found += ["reveal"] * (own and case.level == "T0")
        if case.assignee and not own and viewer.may(frozenset({"lead"})):
            found.append("take_over")
    found += ["confirm"] * any(one.by != viewer.name for one in case.asked)
    found += ["review"] * any(one.by != viewer.name for one in case.unseen)
    return found
