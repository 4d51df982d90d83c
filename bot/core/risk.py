"""What is done about a sign of danger, whatever else the conversation is doing.

An *alarm* escalates at once and enters the flow of the risk. A *check* asks one gentle question first; a "no", a
further sign, or silence turns it into an alarm. Nothing that the contact says lowers a level or closes a case.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core.cases import escalate
from bot.core.conversation import Frame
from bot.core.effects import CancelTimer, StartTimer
from bot.core.events import MessageReceived
from bot.core.runner import enter, run, tell
from bot.core.turn import Turn
from bot.core.understood import SERIOUS, RiskFinding

CHECK_TIMER: Final = "check"
CHECK_SILENCE_MS: Final = 10 * 60_000
"""How long after a gentle question silence is taken for a sign."""
SAME_ALARM_MS: Final = 10 * 60_000
"""Within this time the same risk does not start its flow again."""
FIRST: Final = "T0"


def consider(turn: Turn, finding: RiskFinding | None) -> bool:
    """Act on a finding; True when the turn is done and nothing else may happen in it."""
    if finding is None:
        return False
    conversation = turn.conversation
    case = conversation.case if conversation.case and conversation.case.open else None
    serious = case is not None and case.level in SERIOUS
    if finding.care == "check" and case and serious and case.level <= finding.level:
        escalate(turn, finding.level, finding.risk, finding)  # people are called already; they see this sign as well
        return False
    if finding.care == "check" and not serious and conversation.check is None:
        ask_gently(turn, finding)
        return True
    alarm(turn, finding)
    return True


def ask_gently(turn: Turn, finding: RiskFinding) -> None:
    """Ask whether the contact is safe, with help below, and watch for silence."""
    turn.update(check=finding)
    turn.emit(StartTimer(CHECK_TIMER, "check_silence", turn.event.at + CHECK_SILENCE_MS))
    case = turn.conversation.case
    if case and case.talking:
        give_numbers(turn)
        return
    enter(turn, "safe_check", again=bool(turn.conversation.stack))
    run(turn)


def alarm(turn: Turn, finding: RiskFinding) -> bool:
    """Open or raise the case, give the numbers first where life is in danger, and enter the flow of the risk."""
    conversation = turn.conversation
    if conversation.check is not None:
        turn.update(check=None)
        turn.emit(CancelTimer(CHECK_TIMER))
    if finding.care == "check":
        finding = msgspec.structs.replace(finding, care="alarm")
    case = conversation.case if conversation.case and conversation.case.open else None
    talking = bool(case and case.talking)
    if finding.level == FIRST or talking or (case and case.level == FIRST):
        give_numbers(turn)
    escalate(turn, finding.level, finding.risk, finding)
    repeated = (
        bool(conversation.stack)
        and conversation.stack[0].flow.partition(".")[0] == finding.risk
        and turn.event.at - conversation.alarmed_at < SAME_ALARM_MS
    )
    turn.update(alarmed_at=turn.event.at, misses=0, deferred=())
    if talking:
        return True
    if repeated:
        turn.update(stack=conversation.stack[:1])
        run(turn)
        return True
    flow = turn.library.find(finding.risk, conversation.audience, conversation.country) or "waiting"
    turn.update(stack=(), trail=())
    first = turn.library.flows[flow].first
    turn.push(Frame(flow, first))
    run(turn)
    return True


def give_numbers(turn: Turn) -> None:
    """Send the numbers of T0 before all else, unless the gateway has done so while the store was away."""
    if not (isinstance(turn.event, MessageReceived) and turn.event.answered):
        tell(turn, "t0", urgent=True)


def silence(turn: Turn) -> None:
    """Escalate quietly after a check that nobody answered: a phone that lights up may be in wrong hands."""
    finding = turn.conversation.check
    if finding is None:
        return
    turn.update(check=None)
    escalate(turn, finding.level, finding.risk, msgspec.structs.replace(finding, care="alarm"))
    if turn.conversation.case:
        turn.update(case=msgspec.structs.replace(turn.conversation.case, quiet=True))
