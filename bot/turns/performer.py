"""Effect → its part of the commit: one small function for each effect, in the table at the end.

Nothing is done here. A ``Draft`` collects what one atomic commit will change, so that a turn may be computed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from bot.core import effects as fx
from bot.core.conversation import Conversation
from bot.core.escalation import DUE, Escalation, change, open_escalation, raise_level
from bot.core.events import AnyEvent
from bot.core.library import Library
from bot.core.understood import SERIOUS, Level, RiskFinding
from bot.ports.partitions import Deliver, InboxEntry, Line, Timer
from bot.ports.programme import Record
from bot.teams.presence import Presence
from bot.turns import closed, render
from bot.turns.bilingual import logged
from bot.turns.pseudonym import pseudonym
from bot.turns.shell_timers import armed

HIDDEN: Final = "hidden"
"""The flow whose harmless message is all that may follow ``HideChat``."""

WHO: Final = "who_is_there"
"""The flow that asks, after a long silence, who holds the phone now."""


BANDS: Final = ((12, "0-11"), (16, "12-15"), (18, "16-17"))
"""Below this age, in years → the band that caseworkers see."""


def age_band(age: object) -> str:
    """Return the band of an age that a contact told; empty where none is known."""
    try:
        years = float(str(age))
    except ValueError:
        return ""
    return next((band for below, band in BANDS if years < below), "18+")


def nobody(_caseworker: str) -> bool:
    """Tell that a caseworker is not on duty; a case that comes back then waits for anybody."""
    return False


class Shell(msgspec.Struct, frozen=True):
    """What a turn is computed with, beside event and state."""

    library: Library
    partition: int = 0
    on_duty: Callable[[str], bool] = nobody
    """Whether a caseworker is on duty now: a closed case that comes back goes to the same person, or to the queue."""
    presence: Presence | None = None
    """The teams and who works now; None: nothing is known of them, and nothing is said of hours."""


class Draft:
    """One commit in the making. It lives for one computation and is never shared."""

    def __init__(
        self, entry: InboxEntry, event: AnyEvent, after: Conversation, shell: Shell, known: tuple[Escalation, ...]
    ) -> None:
        """Start from the state after ``advance`` and the escalations as they are stored."""
        self.entry = entry
        self.event = event
        self.after = after
        self.shell = shell
        self.known = {escalation.id: escalation for escalation in known}
        self.escalation: Escalation | None = None
        self.deliver: list[Deliver] = []
        self.lines: list[Line] = []
        self.held: list[str] = []
        self.start: dict[str, Timer] = {}
        self.cancel: dict[str, None] = {}
        self.keep_until: int | None = None
        self.records: dict[str, Record | None] = {}
        self.announce = False
        self.drop_waiting = False
        self.erase = False
        self.keep_escalation = ""
        self.opened_here = False
        """The case was opened in this turn, and came to no person yet."""
        self.added: list[fx.SendMessage] = []
        """What the shell says of its own accord, after what the engine says."""
        self.moves: list[tuple[Level, str]] = []
        """(level, verb) of what happened to the escalation, for the counters."""

    def timer(self, timer: Timer) -> None:
        """Start a timer."""
        self.cancel.pop(timer.id, None)
        self.start[timer.id] = timer

    def forget(self, timer: str) -> None:
        """Cancel a timer."""
        self.start.pop(timer, None)
        self.cancel[timer] = None

    def current(self, escalation: str) -> Escalation:
        """Return an escalation as it is in this turn; one whose record is lost is opened again, never dropped."""
        if self.escalation and self.escalation.id == escalation:
            return self.escalation
        found = self.known.get(escalation)
        if found:
            return found
        case = self.after.case
        level: Level = case.level if case and case.id == escalation else "T1"
        return self.opened(escalation, level, case.topic if case else "human", None)

    def opened(self, escalation: str, level: Level, topic: str, finding: RiskFinding | None) -> Escalation:
        """Return a new escalation of this contact, closed to whoever is accused in an earlier one."""
        accused = dict.fromkeys(name for known in self.known.values() for name in known.excluded)
        case = open_escalation(
            id=escalation,
            ref=self.entry.ref,
            partition=self.shell.partition,
            channel=self.entry.channel,
            level=level,
            topic=topic,
            at=self.event.at,
            pseudonym=pseudonym(escalation),
            locale=self.after.locale,
            country=self.after.country,
            audience=self.after.audience,
            finding=finding,
        )
        return msgspec.structs.replace(
            case,
            excluded=tuple(accused),
            team=self.team_for(topic),
            region=self.after.region,
            age_band=age_band(self.after.slots.get("age")),
        )

    def team_for(self, topic: str) -> str:
        """Return the id of the team that a case of this contact goes to; empty: everybody."""
        presence, after = self.shell.presence, self.after
        return presence.book.route(after.country, after.region, topic, after.locale) if presence else ""

    def change(self, escalation: Escalation, *, rearm: bool) -> None:
        """Take over what a verb made of an escalation, and give its state the timers it needs."""
        self.escalation = escalation
        if rearm:
            self.arm(escalation)

    def arm(self, escalation: Escalation) -> None:
        """Start the timers that the state of an escalation needs, and cancel the others."""
        start, cancel = armed(escalation, self.event.at)
        for name in cancel:
            self.forget(name)
        for timer in start:
            self.timer(timer)

    @property
    def expected(self) -> int:
        """The revision that the changed escalation must still have in the store; 0: it must not exist."""
        stored = self.known.get(self.escalation.id) if self.escalation else None
        return stored.revision if stored else 0


def _send_message(draft: Draft, effect: fx.SendMessage) -> None:
    send(draft, effect)


def send(draft: Draft, effect: fx.SendMessage, values: tuple[tuple[str, str], ...] = ()) -> None:
    """Put a message into the commit, with what stands in place of its placeholders."""
    library = draft.shell.library
    outgoing = render.render(effect, library, last_at=draft.after.last_at, values=values)
    if outgoing is None:
        return
    draft.deliver.append(Deliver("message", outgoing, reply=effect.reply, escalation=effect.escalation))
    said = (*values, *render.answers(effect, library))
    draft.lines.append(logged(effect, outgoing, at=draft.event.at, values=said))


def _send_reply(draft: Draft, effect: fx.SendReply) -> None:
    outgoing = render.reply(effect, draft.after)
    draft.deliver.append(Deliver("message", outgoing, reply=effect.reply, escalation=effect.escalation))


def _hold_reply(draft: Draft, effect: fx.HoldReply) -> None:
    draft.held.append(effect.reply)


def _open(draft: Draft, effect: fx.OpenEscalation) -> None:
    draft.change(draft.opened(effect.escalation, effect.level, effect.topic, effect.finding), rearm=True)
    draft.announce = draft.announce or effect.level in SERIOUS
    draft.opened_here = True
    draft.moves.append((effect.level, "opened"))


def _raise(draft: Draft, effect: fx.RaiseEscalation) -> None:
    before = draft.current(effect.escalation)
    if before.state == "resolved":
        before = reopened(draft, before)
    after = raise_level(before, effect.level, at=draft.event.at, finding=effect.finding)
    risen = after.level < before.level
    draft.change(after, rearm=risen or before.id not in draft.known)
    draft.announce = draft.announce or (risen and after.level in SERIOUS)
    draft.moves.append((after.level, "raised"))


def _contact_wrote(draft: Draft, effect: fx.NoteContactWrote) -> None:
    before = draft.current(effect.escalation)
    if before.state == "resolved":
        after = reopened(draft, before)
        draft.change(after, rearm=True)
        draft.announce = draft.announce or (after.state == "waiting" and after.level in SERIOUS)
        draft.opened_here = after.state == "waiting"
        draft.moves.append((before.level, "reopened"))
        return
    after = change(before, "contact_wrote", at=draft.event.at)
    if before.state == "assigned":  # the contact's words do not lengthen the time the assignee has for an answer
        after = msgspec.structs.replace(after, lease_until=before.lease_until)
    draft.change(after, rearm=after.state != before.state or before.id not in draft.known)


def reopened(draft: Draft, before: Escalation) -> Escalation:
    """Return a closed case that came back: to the same person on duty, else to the queue of its team, due anew."""
    on_duty = bool(before.assignee) and draft.shell.on_duty(before.assignee)
    after = change(before, "contact_wrote", at=draft.event.at, on_duty=on_duty)
    presence = draft.shell.presence
    gone = presence is not None and presence.team(after.team) is None
    team = draft.team_for(after.topic) if gone else after.team
    return msgspec.structs.replace(after, due_at=draft.event.at + DUE[after.level], announced=0, team=team)


def _helped(draft: Draft, effect: fx.NoteHelped) -> None:
    before = draft.known.get(effect.escalation)
    if before is not None and before.state == "resolved":
        draft.change(msgspec.structs.replace(before, helped=effect.helped, revision=before.revision + 1), rearm=False)


def _announce(draft: Draft, effect: fx.AnnounceEscalation) -> None:
    before = draft.current(effect.escalation)
    draft.change(
        msgspec.structs.replace(before, announced=before.announced + 1, revision=before.revision + 1), rearm=True
    )
    draft.announce = True
    draft.moves.append((before.level, "announced"))


def _start_timer(draft: Draft, effect: fx.StartTimer) -> None:
    draft.timer(Timer(effect.timer, effect.kind, effect.due, effect.escalation))


def _cancel_timer(draft: Draft, effect: fx.CancelTimer) -> None:
    draft.forget(effect.timer)


def _keep_contact(draft: Draft, effect: fx.KeepContact) -> None:
    draft.keep_until = effect.until


def _keep_record(draft: Draft, effect: fx.KeepRecord) -> None:
    entry, at = draft.entry, draft.event.at
    draft.records[effect.kind] = Record(
        effect.kind, entry.ref, entry.channel, at, effect.until, effect.fields,
        effect.locale, effect.country, effect.region, effect.audience,
    )  # fmt: skip


def _drop_record(draft: Draft, effect: fx.DropRecord) -> None:
    draft.records[effect.kind] = None


def _hide(draft: Draft, _effect: fx.HideChat) -> None:
    """Nothing that would tell what this chat is about goes out any more: only the harmless message does."""
    back = tuple(
        fx.SendReply(d.reply, d.escalation, d.outgoing.text)
        for d in draft.deliver
        if d.reply and d.outgoing is not None
    )
    if back:  # what a person wrote waits again
        draft.after = msgspec.structs.replace(draft.after, held=(*draft.after.held, *back)[-20:])
        draft.held += [one.reply for one in back]
    harmless = [d for d in draft.deliver if d.outgoing is not None and d.outgoing.flow == HIDDEN]
    draft.deliver = [Deliver("delete"), *harmless]
    said = {d.outgoing.text for d in harmless if d.outgoing is not None}
    draft.lines = [line for line in draft.lines if line.who != "bot" or line.text in said]
    draft.drop_waiting = True


def _erase(draft: Draft, effect: fx.EraseContact) -> None:
    draft.erase = True
    draft.drop_waiting = True
    draft.keep_escalation = effect.keep_escalation
    draft.lines = []
    draft.start.clear()
    draft.keep_until, draft.records = None, {}
    kept = draft.known.get(effect.keep_escalation) if effect.keep_escalation else None
    if draft.escalation and draft.escalation.id != effect.keep_escalation:
        draft.escalation = None
    elif draft.escalation:
        kept = draft.escalation
    if kept:  # its timers go with everything else of the contact, but the case goes on
        draft.arm(kept)


def stranger(draft: Draft, before: Conversation | None) -> bool:
    """Tell whether somebody said that they are new on this phone: what waits is not for them."""
    asked = bool(before and before.stack) and before is not None and before.stack[-1].flow == WHO
    return asked and any(d.outgoing is not None and d.outgoing.flow == "welcome" for d in draft.deliver)


Performer = Callable[[Draft, Any], None]

PERFORMERS: Final[dict[type[fx.Effect], Performer]] = {
    fx.SendMessage: _send_message,
    fx.SendReply: _send_reply,
    fx.HoldReply: _hold_reply,
    fx.OpenEscalation: _open,
    fx.RaiseEscalation: _raise,
    fx.NoteContactWrote: _contact_wrote,
    fx.NoteHelped: _helped,
    fx.AnnounceEscalation: _announce,
    fx.StartTimer: _start_timer,
    fx.CancelTimer: _cancel_timer,
    fx.KeepContact: _keep_contact,
    fx.KeepRecord: _keep_record,
    fx.DropRecord: _drop_record,
    fx.HideChat: _hide,
    fx.EraseContact: _erase,
}
"""Kind of effect → what puts it into the commit."""


def perform(draft: Draft, effects: tuple[fx.AnyEffect, ...]) -> None:
    """Put effects into the draft, in their order.

    Raises:
        CatalogError: A text cannot be shown in the contact's language.
        NotAllowedError: The escalation does not allow what the engine wants.
    """
    for effect in effects:
        PERFORMERS[type(effect)](draft, effect)
    if draft.opened_here and draft.escalation is not None and not draft.erase:
        _hours(draft, draft.escalation)


def _hours(draft: Draft, case: Escalation) -> None:
    """Tell the contact when nobody is at the desk, once in some hours, and never in a chat that was hidden."""
    at, after = draft.event.at, draft.after
    told = after.slots.get(closed.TOLD)
    quiet = after.case is not None and after.case.quiet  # a phone that lights up may be in wrong hands
    if quiet or after.hidden or after.blocked or (isinstance(told, int) and 0 <= at - told < closed.AGAIN_MS):
        return
    said = closed.words(
        case, draft.shell.presence, draft.shell.library, locale=after.locale or "en", audience=after.audience, at=at
    )
    for effect, values in said:
        send(draft, effect, values)
        draft.added.append(effect)
    if said:
        draft.after = msgspec.structs.replace(after, slots={**after.slots, closed.TOLD: at})
