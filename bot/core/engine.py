"""``advance``: one conversation and one fact in, the conversation after it and what is to be done out.

Pure: no IO, no clock, no randomness. The same input gives the same output, so a turn may be computed twice.
"""

from __future__ import annotations

import msgspec

from bot.core import held, risk, survey
from bot.core import steps as _steps  # noqa: F401 - fills the table of the runner
from bot.core.cases import untold
from bot.core.conversation import RECENT_MS, Conversation, Recent
from bot.core.effects import AnyEffect, NoteContactWrote
from bot.core.escalation import REOPEN_MS
from bot.core.events import AnyEvent, MessageReceived
from bot.core.handlers import HANDLERS
from bot.core.handlers.begin import ask_who, asks_to_hide
from bot.core.handlers.routing import sure_topic
from bot.core.library import Library
from bot.core.steps import act
from bot.core.transitions import TRANSITIONS, State, input_of, state_of
from bot.core.turn import Turn

RECENT_COUNT = 10
RECENT_LENGTH = 1000
DETECTED = 0.6
"""From this confidence on (0 to 1) a first message tells the language to begin in."""

CLOSING = frozenset({"thanks", "goodbye", "affirm", "hide", "delete_data"})
"""A message about one of these does not reopen a case that a person closed."""


def advance(
    conversation: Conversation, event: AnyEvent, library: Library
) -> tuple[Conversation, tuple[AnyEffect, ...]]:
    """Take one event.

    Args:
        conversation: The state as it was stored.
        event: What happened; free text has been understood already (``event.understood``).
        library: The flows and texts.

    Returns:
        The new state, and the effects in the order in which they are to be performed.

    Raises:
        FlowError: The flows are broken in a way that ``flows check`` reports.
    """
    state = state_of(conversation, library)
    turn = Turn(conversation, event, library)
    if isinstance(event, MessageReceived):
        _contact_wrote(turn, event)
        if _before_all(turn, event, state, conversation.last_at):
            return _settled(turn)
    HANDLERS[TRANSITIONS[state, input_of(event)]](turn, event)
    if isinstance(event, MessageReceived):
        held.give_flows(turn)
    return _settled(turn)


def _settled(turn: Turn) -> tuple[Conversation, tuple[AnyEffect, ...]]:
    """Return what a turn made; the flow of a caseworker is over when it asks nothing more, or the person left."""
    conversation = turn.conversation
    if conversation.sent and not (turn.talking and conversation.stack):
        turn.update(sent="")
    return turn.conversation, tuple(turn.effects)


def _before_all(turn: Turn, event: MessageReceived, state: State, last_at: int) -> bool:
    """Do what comes before the table, whatever the state; True when the turn ends with it."""
    if risk.consider(turn, event.understood.risk if event.understood else None):
        held.give(turn, last_at)
        return True
    if asks_to_hide(turn, event):
        act.hide(turn)
        return True
    _reopen(turn, event)
    if state != "new" and (state != "talking" or held.waits(turn)) and ask_who(turn, event, last_at):
        return True
    held.give(turn, last_at)
    return False


def _contact_wrote(turn: Turn, event: MessageReceived) -> None:
    """Remember that the contact wrote, and choose a language to begin in."""
    conversation = turn.conversation
    recent = tuple(kept for kept in conversation.recent if event.at - kept.at <= RECENT_MS)
    if event.text:
        recent = (*recent, Recent(event.at, event.text[:RECENT_LENGTH]))[-RECENT_COUNT:]
    turn.update(
        last_at=max(event.at, conversation.last_at),
        recent=recent,
        hidden=False,
        blocked=False,
        locale=conversation.locale or first_locale(turn, event),
    )
    if conversation.case and conversation.case.quiet:
        turn.update(case=msgspec.structs.replace(conversation.case, quiet=False))
    survey.drop(turn)
    if conversation.case and conversation.case.open:
        turn.emit(NoteContactWrote(conversation.case.id))


def first_locale(turn: Turn, event: MessageReceived) -> str:
    """Return the locale to begin in: what the first message is written in, else what the device says, else English."""
    known = turn.library.locales
    understood = event.understood
    if understood and understood.locale in known and understood.locale_confidence >= DETECTED:
        return understood.locale
    hint = event.locale_hint.replace("-", "_")
    language = hint.partition("_")[0]
    for locale in known:
        if hint and (locale == hint or locale.partition("_")[0] == language):
            return locale
    return "en"


def _reopen(turn: Turn, event: MessageReceived) -> None:
    """Bring a contact who writes again within the window back to the case that a person closed."""
    case = turn.conversation.case
    if case is None or case.open or event.at - case.resolved_at > REOPEN_MS:
        return
    if event.button or event.start or event.text.startswith("/"):
        return
    if sure_topic(turn, event.understood) in CLOSING or survey.answer(turn, event):
        return
    turn.update(case=msgspec.structs.replace(case, resolved_at=0), slots=untold(turn))
    turn.emit(NoteContactWrote(case.id))
