"""What a caseworker is offered for a case: flows that may be sent, and whether to ask for safety first. Pure."""

from __future__ import annotations

from typing import Final

from bot.core.effects import TextRef
from bot.core.flow import Act, Ask, Choose, Escalate, Flow, Link
from bot.core.library import SYSTEM_FLOWS, Library, branches_of
from bot.core.understood import RISKS, SERIOUS, Level

SAFETY: Final = ("safe.talk_now", "safe.talk")
"""Phrases that ask whether the contact can talk safely now; the first that exists in the contact's locale."""
NEVER_SENT: Final = frozenset({
    *RISKS, "allegation", "human", "menu", "change_language", "change_country", "delete_data", "hide", "greet",
    "thanks", "goodbye", "affirm", "deny", "out_of_scope",
})  # fmt: skip
"""Topics that a contact opens, or that call people: nothing that a caseworker would send."""


def asks_safety(topic: str, level: Level, library: Library, audience: str = "", country: str = "") -> bool:
    """Tell whether the first thing to ask is "Can you talk safely now?".

    So it is for T0 and T1, for every risk and for accusations, and where the topic's flow has ``safe_first: true``.
    """
    if level in SERIOUS or topic in RISKS or topic == "allegation":
        return True
    flow = library.find(topic, audience, country)
    return flow is not None and library.flows[flow].safe_first


def sendable(library: Library, audience: str, country: str, locale: str, shown_in: str = "en") -> list[tuple[str, str]]:
    """Return the flows that a caseworker may send: answers to topics, and forms.

    Args:
        library: The flows.
        audience: Of the contact: ``child``, ``carer`` or empty.
        country: Of the contact, or empty.
        locale: Of the contact; a flow that is not whole in it is not there.
        shown_in: The caseworker's locale.

    Returns:
        (id, title in the caseworker's language, else in English), forms first, then by title.
    """
    found = [flow for flow in library.flows.values() if may_send(library, flow, audience, country, locale)]
    titled = [(not flow.form, _title(library, flow, shown_in), flow.id) for flow in found]
    return [(name, title) for _, title, name in sorted(titled, key=lambda one: (one[0], one[1].casefold(), one[2]))]


def may_send(library: Library, flow: Flow, audience: str, country: str, locale: str) -> bool:
    """Tell whether a flow may be sent to a contact."""
    if flow.id in SYSTEM_FLOWS or not library.has(locale, flow.id) or not _harmless(library, flow):
        return False
    theirs = flow.audience == "any" or not audience or flow.audience == audience
    if not theirs:
        return False
    if flow.form:
        return not flow.countries or not country or country in flow.countries
    who = audience or flow.audience.replace("any", "")
    return bool(flow.topic) and flow.topic not in NEVER_SENT and library.find(flow.topic, who, country) == flow.id


def _harmless(library: Library, flow: Flow) -> bool:
    """Whether a flow says or asks something before all else, and only the contact's own choice may call people.

    What the engine does on its own (``act``) is in no flow that is sent, also not in what it links to.
    """
    seen, todo = {flow.id}, [flow]
    while todo:
        for step in todo.pop().steps.values():
            if isinstance(step, Act):
                return False
            if isinstance(step, Link) and step.flow not in seen | SYSTEM_FLOWS and step.flow in library.flows:
                seen.add(step.flow)
                todo.append(library.flows[step.flow])
    return not _calls_unasked(flow)


def _calls_unasked(flow: Flow) -> bool:
    """Whether a flow calls people before it has asked anything."""
    seen: set[str] = set()
    todo = [flow.first]
    while todo:
        name = todo.pop()
        step = flow.steps.get(name)
        if step is None or name in seen:
            continue
        seen.add(name)
        if isinstance(step, Escalate):
            return True
        if not isinstance(step, Choose | Ask):
            todo += branches_of(step)
            todo.append(step.next)
    return False


def _title(library: Library, flow: Flow, locale: str) -> str:
    return library.text(locale, TextRef(flow.id, flow.title)) or flow.title
