"""Everything that people wrote and checked, as the engine sees it: flows, texts and telephone numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from bot.core.effects import TextRef
from bot.core.flow import Ask, Branch, Choose, Flow, Say, Statement
from bot.core.numbers import Number
from bot.core.understood import RISKS

COUNTRIES: Final = ("BE", "DE", "GR")

SYSTEM_FLOWS: Final = frozenset({
    "welcome", "hello", "rest", "language", "country", "audience", "menu", "closing", "unsure", "lost", "again",
    "resume", "old_button", "no_flow", "no_language", "unsupported", "nlu_down", "kind.voice", "kind.picture",
    "kind.video", "kind.sticker", "kind.location", "kind.contact", "kind.document", "kind.unknown", "edited",
    "safe_check", "t0", "waiting", "still_waiting", "taken", "handed_back", "resolved", "set_aside",
    "who_is_there", "hidden", "erased", "erased_kept", "nav", "quiet", "gone",
})  # fmt: skip
"""Flows that the engine enters by name; the loader refuses a library without them."""

Texts: TypeAlias = Mapping[tuple[str, str], str]


class Library:
    """Flows and their texts. Immutable after it is built; a reload builds a new one."""

    def __init__(
        self,
        flows: Mapping[str, Flow],
        texts: Mapping[str, Texts],
        numbers: Mapping[str, Mapping[str, Number | str]],
        *,
        drafts: frozenset[str] = frozenset(),
        sure: float = 0.5,
        maybe: float = 0.12,
    ) -> None:
        """Build the lookups.

        Args:
            flows: By id.
            texts: By locale, then by (context, msgid). English is the msgid and needs no entry.
            numbers: By country and ``EU``, then by name: the telephone numbers that may be shown; a text is one for
                everybody at any time.
            drafts: Locales that no native speaker has reviewed.
            sure: From this confidence on (0 to 1) a topic is answered at once.
            maybe: From this confidence on a topic is offered as "Did you mean".
        """
        self.sure: Final = sure
        self.maybe: Final = maybe
        self.flows: Final = dict(flows)
        self.texts: Final = {locale: dict(table) for locale, table in texts.items()}
        self.texts.setdefault("en", {})
        self.numbers: Final = {
            country: {name: one if isinstance(one, Number) else Number(one) for name, one in table.items()}
            for country, table in numbers.items()
        }
        self._timed: Final = {name for table in self.numbers.values() for name, one in table.items() if one.open}
        self.drafts: Final = drafts
        self._by_topic: dict[tuple[str, str, str], str] = {}
        for flow in flows.values():
            if flow.topic:
                for country in flow.countries or ("", *COUNTRIES):
                    self._by_topic[flow.topic, flow.audience, country] = flow.id
        self._complete = {
            (locale, flow.id)
            for locale in self.texts
            for flow in flows.values()
            if locale == "en" or all(ref in self.texts[locale] for ref in texts_of(flow, closed=False))
        }
        needed = [flow.id for flow in flows.values() if flow.id in SYSTEM_FLOWS or flow.topic in RISKS]
        self.locales: Final = tuple(
            locale
            for locale in sorted(self.texts, key=lambda name: (name != "en", name))
            if all((locale, flow) in self._complete for flow in needed)
        )
        """The locales that may be offered: all that is said without being asked exists in them."""

    def find(self, topic: str, audience: str, country: str) -> str | None:
        """Return the id of the flow for a topic: the audience's own, else anybody's, else the other audience's."""
        wanted = audience or "child"
        other = "child" if wanted == "carer" else "carer"
        for who in (wanted, "any", other):
            for where in (country, ""):
                found = self._by_topic.get((topic, who, where))
                if found:
                    return found
        return None

    def has(self, locale: str, flow: str) -> bool:
        """Whether every text of the flow exists in the locale."""
        return (locale, flow) in self._complete

    def text(self, locale: str, ref: TextRef) -> str | None:
        """Return a text in a locale, or None where it has no translation. English is the msgid itself."""
        if locale == "en":
            return ref.msgid
        return self.texts.get(locale, {}).get((ref.context, ref.msgid))

    def number(self, country: str, name: str, audience: str = "") -> str | None:
        """Return a telephone number for an audience by country, else the one that holds everywhere, else None."""
        found = self._number(country, name, audience)
        return found.number if found else None

    def closed(self, country: str, audience: str, local: dt.datetime) -> frozenset[str]:
        """Return the names of the numbers that nobody answers at a moment of the country's clock."""
        found = ((name, self._number(country, name, audience)) for name in self._timed)
        return frozenset(name for name, one in found if one and one.open and not one.open.answers(local))

    def _number(self, country: str, name: str, audience: str) -> Number | None:
        for where in (country, "EU"):
            found = self.numbers.get(where, {}).get(name)
            if found and found.serves(audience):
                return found
        return None

    def ref(self, flow: str, step: str, msgid: str) -> TextRef:
        """Return the reference of a text that stands in a step."""
        return TextRef(f"{flow}/{step}", msgid)


def statements_of(flow: Flow) -> Iterator[Statement]:
    """Yield every statement of a flow, overlays included."""
    for step in flow.steps.values():
        if isinstance(step, Say):
            yield from step.say
            for added in step.overlay.values():
                yield from added
        elif isinstance(step, Choose):
            yield step.text
        elif isinstance(step, Ask):
            yield step.text
            if step.again.text:
                yield step.again


def texts_of(flow: Flow, *, closed: bool = True) -> Iterator[tuple[str, str]]:
    """Yield (context, msgid) of every text of a flow: statements, choices and the title.

    Args:
        flow: The flow.
        closed: Whether also what is said while a number is closed; a flow is whole in a locale without it.
    """
    if flow.title:
        yield flow.id, flow.title
    for statement in statements_of(flow):
        if statement.text:
            yield statement.context, statement.text
        if statement.closed and closed:
            yield statement.context, statement.closed
    for step in flow.steps.values():
        if isinstance(step, Choose):
            for choice in step.choose:
                yield f"{flow.id}/{step.id}", choice.label


def branches_of(step: object) -> tuple[str, ...]:
    """Return every step id that a step may lead to."""
    if isinstance(step, Branch):
        return tuple(arm.next for arm in step.branch)
    if isinstance(step, Choose):
        return tuple(choice.next for choice in step.choose if choice.next)
    following = getattr(step, "next", "")
    return (following,) if following else ()
