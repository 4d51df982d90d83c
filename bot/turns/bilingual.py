"""The log of a case in two languages: what was kept of a text, and the same text in the language of who reads it."""

from __future__ import annotations

from typing import Final

from bot.core.conversation import Conversation
from bot.core.effects import SendMessage, TextRef
from bot.core.events import MessageReceived
from bot.core.flow import Choose
from bot.core.library import Library
from bot.errors import CatalogError
from bot.ports.channels import Outgoing
from bot.ports.partitions import Line
from bot.turns import render

FLOWS: Final = frozenset({"flow", "flow_not_sent"})
"""Kinds of lines that name a flow which a caseworker sent."""


def logged(effect: SendMessage, outgoing: Outgoing, *, at: int, values: tuple[tuple[str, str], ...]) -> Line:
    """Return the line of a message of the bot."""
    return Line(
        at, "bot", outgoing.text, locale=outgoing.locale, flow=effect.flow, step=effect.step, texts=effect.texts,
        country=effect.country, audience=effect.audience, values=values,
    )  # fmt: skip


def pressed(event: MessageReceived, before: Conversation, library: Library) -> Line:
    """Return the line of a button that the contact pressed: its label as it was read, also of an older message."""
    offered = next((b.label for b in before.offered if b.payload == event.button), None)
    label, locale = offered or _label(library, event.button), before.locale or "en"
    text = (library.text(locale, label) if label else None) or event.text
    flow, _, step = label.context.partition("/") if label else ("", "", "")
    return Line(
        event.at, "contact", text, kind=event.kind, locale=locale, flow=flow, step=step,
        texts=(label,) if label else (),
    )  # fmt: skip


def _label(library: Library, payload: str) -> TextRef | None:
    if payload.startswith("!flow:"):
        titled = library.flows.get(payload.removeprefix("!flow:"))
        return TextRef(titled.id, titled.title) if titled else None
    name, _, rest = payload.partition("/")
    flow = library.flows.get(name)
    step = flow.steps.get(rest.partition("/")[0]) if flow else None
    if flow is None or not isinstance(step, Choose):
        return None
    wanted = rest.partition("/")[2]
    return next((TextRef(f"{name}/{step.id}", c.label) for c in step.choose if c.id == wanted), None)


def shown(line: Line, library: Library, locale: str) -> str | None:
    """Return a line of the log in another locale, or None where no checked text says it.

    Args:
        line: What was kept.
        library: The texts as they are now; one that was taken out since then is not shown.
        locale: Of who reads it; a sent flow is named in it, else in English.
    """
    if line.kind in FLOWS:
        flow = library.flows.get(line.flow or line.text)
        return (library.text(locale, TextRef(flow.id, flow.title)) or flow.title) if flow else None
    if not line.texts:
        return None
    if line.who == "contact":
        return library.text(locale, line.texts[0])
    effect = SendMessage(
        line.flow, line.step, line.texts, locale=locale, country=line.country, audience=line.audience, at=line.at
    )
    try:
        made = render.render(effect, library, values=line.values)
    except CatalogError:
        return None
    return made.text if made else None
