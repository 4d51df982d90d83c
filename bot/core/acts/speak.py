"""Write to the contact, send a checked flow, or write down what only colleagues read."""

from __future__ import annotations

import re
from typing import Final

from bot.core.acts.base import Act, Context, Kept, Step, own, revised, text_of
from bot.core.escalation import Escalation, change
from bot.core.events import CaseworkerReplied, CaseworkerSentFlow
from bot.errors import NotAllowedError

MOST_MENTIONED: Final = 20
MENTION: Final = re.compile(r"(?<![\w.@-])@([a-z0-9][a-z0-9._-]{0,31})")


class Reply(Act, frozen=True, tag="reply"):
    """Send a text to the contact."""

    text: str
    phrase: str = ""
    """Id of the phrase that the text was made from; empty: free text."""
    original: str = ""
    """What the caseworker wrote, where ``text`` holds its machine translation."""


class SendFlow(Act, frozen=True, tag="send_flow"):
    """Send one of the checked flows, or start a form."""

    flow: str


class Note(Act, frozen=True, tag="note"):
    """Write something that no contact ever sees."""

    text: str


class Seen(Act, frozen=True, tag="seen"):
    """Say that one has seen where a note mentions one."""


def mentions(text: str) -> tuple[str, ...]:
    """Return the names that a note mentions (``@name``), each once, in order."""
    return tuple(dict.fromkeys(name.rstrip(".-_") for name in MENTION.findall(text.lower())))


def reply(act: Reply, now: Escalation, context: Context) -> Step:
    """Write to the contact."""
    text, original = text_of(act.text), text_of(act.original) if act.original else ""
    if mentions(text) or (mentions(original) and not act.phrase):
        msg = "This mentions a colleague, so it looks like a note. Write it as a note, or leave the @ out."
        raise NotAllowedError(msg)
    after = change(now, "reply", at=context.at, by=context.by)
    own(now, context)
    event = CaseworkerReplied(
        f"reply:{context.once}", context.at, now.id, context.once, text, context.by, act.phrase, original
    )
    return Step(after, event, Kept("reply", text, act.phrase, original), act.phrase)


def send_flow(act: SendFlow, now: Escalation, context: Context) -> Step:
    """Send a flow."""
    after = change(now, "reply", at=context.at, by=context.by)
    own(now, context)
    event = CaseworkerSentFlow(f"flow:{context.once}", context.at, now.id, act.flow, context.by, context.once)
    return Step(after, event, Kept("flow", act.flow), act.flow)


def note(act: Note, now: Escalation, context: Context) -> Step:
    """Write a note; whoever may open the case may, also when it is closed. Whom it mentions finds it in the queue."""
    named = tuple(name for name in mentions(act.text) if name != context.by and name not in now.excluded)
    mentioned = tuple(dict.fromkeys((*now.mentioned, *named)))[-MOST_MENTIONED:]
    return Step(revised(now, mentioned=mentioned), kept=Kept("note", text_of(act.text)))


def seen(_act: Seen, now: Escalation, context: Context) -> Step:
    """Say that one has seen where a note mentions one; ``apply`` does it for every act."""
    if context.by not in now.mentioned:
        msg = "No note in this case mentions you."
        raise NotAllowedError(msg)
    return Step(revised(now))
