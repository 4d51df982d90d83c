"""What a caseworker does with a case: one struct and one pure function for each act.

``apply`` knows the life of an escalation and who may touch it; roles and scope are the desk's (``bot.desk``), and
keeping it all atomically is the store's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from bot.core.acts import claim, close, file, leave, second, speak
from bot.core.acts.base import Act, Context, Kept, Step
from bot.core.escalation import Escalation
from bot.errors import NotAllowedError

__all__ = ["ACTS", "Act", "AnyAct", "Context", "Kept", "Step", "apply"]

AnyAct = (
    claim.Claim
    | claim.Assign
    | leave.Release
    | leave.Snooze
    | leave.Transfer
    | leave.TakeOver
    | speak.Reply
    | speak.SendFlow
    | speak.Note
    | speak.Seen
    | file.Label
    | file.Check
    | file.Link
    | file.FollowUp
    | close.LowerLevel
    | close.RaiseLevel
    | close.Resolve
    | close.Exclude
    | second.Confirm
    | second.Decline
    | second.Review
    | second.Export
    | second.Reveal
)

ACTS: Final[dict[type[Act], Callable[[Any, Escalation, Context], Step]]] = {
    claim.Claim: claim.claim,
    claim.Assign: claim.assign,
    leave.Release: leave.release,
    leave.Snooze: leave.snooze,
    leave.Transfer: leave.transfer,
    leave.TakeOver: leave.take_over,
    speak.Reply: speak.reply,
    speak.SendFlow: speak.send_flow,
    speak.Note: speak.note,
    speak.Seen: speak.seen,
    file.Label: file.label,
    file.Check: file.check,
    file.Link: file.link,
    file.FollowUp: file.follow_up,
    close.LowerLevel: close.lower_level,
    close.RaiseLevel: close.raise_level,
    close.Resolve: close.resolve,
    close.Exclude: close.exclude,
    second.Confirm: second.confirm,
    second.Decline: second.decline,
    second.Review: second.review,
    second.Export: second.export,
    second.Reveal: second.reveal,
}
"""Act → what it makes of an escalation."""


def apply(act: AnyAct, escalation: Escalation, context: Context) -> Step:
    """Return what an act makes of an escalation; its revision is higher.

    Raises:
        NotAllowedError: The state does not allow it, or not to this person.
    """
    if context.by in escalation.excluded:
        msg = "There is no such case, or it is not open to this caseworker."
        raise NotAllowedError(msg)
    step = ACTS[type(act)](act, escalation, context)
    if context.by not in step.after.mentioned:
        return step
    left = tuple(name for name in step.after.mentioned if name != context.by)
    return msgspec.structs.replace(step, after=msgspec.structs.replace(step.after, mentioned=left))
