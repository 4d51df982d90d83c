"""One turn: an entry and what is stored of its contact in, one ``Commit`` out. Pure, and so repeatable.

The order: the shell's own timers, ``advance``, the effects, and what a changed escalation needs.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.core.acts.close import was_serious
from bot.core.cases import escalate
from bot.core.conversation import Conversation
from bot.core.effects import AnyEffect
from bot.core.engine import advance
from bot.core.escalation import Escalation
from bot.core.events import (
    AnyEvent,
    CaseworkerReplied,
    CaseworkerSentFlow,
    EscalationHandedBack,
    EscalationResolved,
    EscalationTaken,
    MessageReceived,
    MessageSetAside,
)
from bot.core.risk import give_numbers
from bot.core.turn import Turn
from bot.core.understood import SERIOUS, Level
from bot.errors import CatalogError
from bot.ports.partitions import Commit, InboxEntry, Line, Snapshot
from bot.turns.bilingual import pressed
from bot.turns.performer import WHO, Draft, Shell, perform, stranger
from bot.turns.shell_timers import Prepared, prepare

ABOUT_CASES: Final = (
    EscalationTaken, EscalationHandedBack, EscalationResolved, CaseworkerReplied, CaseworkerSentFlow,
)  # fmt: skip
"""What a caseworker did: the escalation's record has changed already, and its timers follow here."""


class Computed(msgspec.Struct, frozen=True):
    """A turn that was computed: what to commit, and what the counters are told."""

    commit: Commit
    effects: tuple[AnyEffect, ...] = ()
    moves: tuple[tuple[Level, str], ...] = ()


def escalation_of(event: AnyEvent) -> str:
    """Return the id of the escalation an event is about, or an empty text."""
    return str(getattr(event, "escalation", ""))


def compute(entry: InboxEntry, snapshot: Snapshot, named: Escalation | None, shell: Shell) -> Computed:
    """Compute one turn.

    Args:
        entry: What was read; free text has been understood already (``event.understood``).
        snapshot: What is stored of the contact.
        named: The escalation that the event names, where it is another than the snapshot's.
        shell: Library, partition, and who is on duty.

    Raises:
        UcareError: The turn cannot be computed; it is tried again and then set aside.
    """
    known = tuple({e.id: e for e in (snapshot.escalation, named) if e is not None}.values())
    about = next((e for e in known if e.id == escalation_of(entry.event)), None)
    before = as_recorded(snapshot.conversation or Conversation(entry.ref, entry.channel), known)
    prepared = prepare(entry.event, about, before.country)
    after: Conversation = before
    effects: tuple[AnyEffect, ...] = ()
    if prepared.event is not None:
        after, effects = advance(before, prepared.event, shell.library)
    draft = Draft(entry, prepared.event or entry.event, after, shell, known)
    words(draft, before)
    shell_part(draft, prepared, about)
    perform(draft, effects)
    return finished(draft, snapshot, effects)


def as_recorded(conversation: Conversation, known: tuple[Escalation, ...]) -> Conversation:
    """Return the conversation with the level that its case has on record: a caseworker may have lowered it."""
    case = conversation.case
    stored = next((e for e in known if case and e.id == case.id), None)
    if case is None or stored is None or stored.level == case.level:
        return conversation
    spared = case.spared or was_serious(stored)
    return msgspec.structs.replace(conversation, case=msgspec.structs.replace(case, level=stored.level, spared=spared))


def words(draft: Draft, before: Conversation) -> None:
    """Keep what the contact or a caseworker said; of a button, its label as it was read."""
    event, library, locale = draft.event, draft.shell.library, before.locale or "en"
    if isinstance(event, CaseworkerReplied):
        draft.lines.append(
            Line(
                event.at, "caseworker", event.text, reply=event.reply, locale=locale, by=event.caseworker,
                phrase=event.phrase, original=event.original,
            )
        )  # fmt: skip
    elif isinstance(event, CaseworkerSentFlow):
        lost = not library.has(locale, event.flow)  # it was taken out meanwhile, and the caseworker must know
        kind, reply = ("flow_not_sent", "") if lost else ("flow", event.reply)
        draft.lines.append(
            Line(event.at, "caseworker", event.flow, kind=kind, reply=reply, by=event.caseworker, flow=event.flow)
        )
    elif isinstance(event, MessageReceived) and event.button:
        draft.lines.append(pressed(event, before, library))
    elif isinstance(event, MessageReceived):
        draft.lines.append(
            Line(event.at, "contact", event.text, kind=event.kind, locale=draft.after.locale, medium=event.medium)
        )


def shell_part(draft: Draft, prepared: Prepared, about: Escalation | None) -> None:
    """Take over what the shell decided, and set the timers of a case that a caseworker changed."""
    draft.announce = prepared.announce
    for timer in prepared.start:
        draft.timer(timer)
    if prepared.escalation is not None:
        draft.change(prepared.escalation, rearm=prepared.rearm)
    elif isinstance(draft.event, ABOUT_CASES) and about is not None:
        draft.arm(about)
        if isinstance(draft.event, EscalationHandedBack) and about.state == "waiting" and about.level in SERIOUS:
            draft.escalation = msgspec.structs.replace(about, revision=about.revision + 1)
            draft.announce = True  # who released it has left somebody in danger without a person


def finished(draft: Draft, snapshot: Snapshot, effects: tuple[AnyEffect, ...]) -> Computed:
    """Return the commit of a draft."""
    escalation = draft.escalation
    if escalation is not None:
        escalation = msgspec.structs.replace(escalation, revision=draft.expected + 1)
    kept: Conversation | None = draft.after
    nothing = not draft.after.last_at and draft.after.case is None and not draft.after.blocked
    if nothing and (draft.erase or snapshot.conversation is None):
        kept = None  # of somebody of whom nothing is left, or who never wrote, nothing is stored
    commit = Commit(
        entry=draft.entry,
        conversation=kept,
        deliver=tuple(draft.deliver),
        drop_waiting=draft.drop_waiting or stranger(draft, snapshot.conversation),
        lines=tuple(draft.lines),
        escalation=escalation,
        expected=draft.expected,
        held=tuple(draft.held),
        announce=draft.announce,
        start_timers=tuple(draft.start.values()),
        cancel_timers=tuple(draft.cancel),
        unpark=all(d.outgoing is None or d.outgoing.flow != WHO for d in draft.deliver),
        erase=draft.erase,
        keep_escalation=draft.keep_escalation,
        keep_until=draft.keep_until,
        records=draft.records,
    )
    return Computed(commit, (*effects, *draft.added), tuple(draft.moves))


def last_resort(entry: InboxEntry, snapshot: Snapshot, shell: Shell) -> Computed:
    """Call a person and say nothing but the numbers: for a ``MessageSetAside`` that cannot be processed either.

    It enters no flow, so that no broken flow can stand between a child and a person.
    """
    event = entry.event
    before = snapshot.conversation or Conversation(entry.ref, entry.channel, last_at=event.at)
    turn = Turn(before, event, shell.library)
    finding = event.finding if isinstance(event, MessageSetAside) else None
    escalate(turn, finding.level if finding else "T1", finding.risk if finding else "human", finding)
    if finding and finding.level == "T0":
        give_numbers(turn)
    known = (snapshot.escalation,) if snapshot.escalation else ()
    draft = Draft(entry, event, turn.conversation, shell, known)
    try:
        perform(draft, tuple(turn.effects))
    except CatalogError:
        draft = Draft(entry, event, turn.conversation, shell, known)
        perform(draft, tuple(effect for effect in turn.effects if type(effect).__name__ != "SendMessage"))
    return finished(draft, snapshot, tuple(turn.effects))
