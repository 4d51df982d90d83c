"""What a caseworker does with a case: one function for each verb, called with the fields of its form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import get_args

from bot.core.understood import Level
from bot.errors import NotAllowedError
from bot.ports.desk import Action, Escalations

MAX_REPLY = 4000
MAX_REASON = 500
HOUR_MS = 3_600_000
SNOOZE_HOURS = (1, 4, 24, 72)

Verb = Callable[[Escalations, str, str, Mapping[str, str]], Awaitable[None]]
"""Called with the queue, the escalation's id, the caseworker and the form."""


def _reason(form: Mapping[str, str]) -> str:
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > MAX_REASON:
        msg = f"Say why, in at most {MAX_REASON} characters."
        raise NotAllowedError(msg)
    return reason


async def claim(escalations: Escalations, id: str, caseworker: str, _form: Mapping[str, str]) -> None:  # noqa: A002
    """Take the case."""
    await escalations.claim(id, caseworker)


async def release(escalations: Escalations, id: str, caseworker: str, _form: Mapping[str, str]) -> None:  # noqa: A002
    """Put the case back into the queue."""
    await escalations.release(id, caseworker)


async def resolve(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Close the case, with a reason."""
    await escalations.resolve(id, caseworker, _reason(form))


async def hand_back(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Let the bot talk again and be reminded after one of ``SNOOZE_HOURS``."""
    hours = {str(each): each for each in SNOOZE_HOURS}.get(form.get("hours", ""))
    if hours is None:
        msg = "Choose when you want to be reminded."
        raise NotAllowedError(msg)
    await escalations.hand_back(id, caseworker, hours * HOUR_MS)


async def transfer(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Give the case to a colleague."""
    to = form.get("to", "")
    if not to:
        msg = "Choose a colleague."
        raise NotAllowedError(msg)
    await escalations.transfer(id, caseworker, to)


async def take_over(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Take the case from a colleague who has left."""
    await escalations.take_over(id, caseworker, form.get("former", ""))


async def lower_level(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Lower the level, with a reason."""
    levels: dict[str, Level] = {level: level for level in get_args(Level)}
    level = levels.get(form.get("level", ""))
    if level is None:
        msg = "Choose a level."
        raise NotAllowedError(msg)
    await escalations.lower_level(id, caseworker, level, _reason(form))


async def exclude(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Close the case to a colleague who is accused in it, with a reason."""
    accused = form.get("accused", "")
    if not accused:
        msg = "Choose a colleague."
        raise NotAllowedError(msg)
    await escalations.exclude(id, caseworker, accused, _reason(form))


async def reply(escalations: Escalations, id: str, caseworker: str, form: Mapping[str, str]) -> None:  # noqa: A002
    """Write to the contact; the form's key keeps a second click from sending twice."""
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if not text or len(text) > MAX_REPLY:
        msg = f"Write something, in at most {MAX_REPLY} characters."
        raise NotAllowedError(msg)
    await escalations.reply(id, caseworker, text, key=form.get("key", "")[:64])


VERBS: dict[Action, Verb] = {
    "claim": claim,
    "reply": reply,
    "release": release,
    "hand_back": hand_back,
    "transfer": transfer,
    "take_over": take_over,
    "lower_level": lower_level,
    "exclude": exclude,
    "resolve": resolve,
}
LEADS_TO_QUEUE = frozenset({"release", "resolve", "transfer"})
