"""What is known while one of their flows is taken over: its nodes and who leads to them, its texts, our names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.exchange import codes
from bot.exchange.dialects import DIALECTS, Json
from bot.exchange.findings import Findings, Kind
from bot.exchange.incoming.expressions import found
from bot.exchange.incoming.foreign import Foreign, Node
from bot.exchange.incoming.lenient import mapping, short, things
from bot.exchange.numbers import take_out
from bot.exchange.words import Words

SHOWN: Final = frozenset({"text", "quick_replies"})
"""What contacts read."""
ENGLISH: Final = frozenset({"eng", "en", "und", "base", ""})
"""What their flows call English, or a language that they do not tell."""


class Taking:
    """One flow, while it is taken."""

    def __init__(self, flow: Foreign, findings: Findings, flows: Mapping[str, str], locales: list[str]) -> None:
        """Look at a flow.

        Args:
            flow: The flow.
            findings: Where to note what does not map.
            flows: Id of a flow of theirs → ours.
            locales: The locales that we have: Dari is ``fa`` in Glific.
        """
        self.flow = flow
        self.findings = findings
        self.flows = flows
        self.nodes = flow.nodes
        self.taken: set[str] = set()
        """Nodes that became part of a step of another node."""
        self.slots: dict[str, str] = {}
        """Name of a result → the slot that its answer is kept in."""
        self.answers: dict[str, list[str]] = {}
        """Slot → the names of the answers that a choice keeps there."""
        self.limits: dict[str, tuple[int, int]] = {}
        """Slot → the least and the most number that it can hold."""
        self.made_up: set[str] = set()
        """Slots that stand for what we do not know, and that nothing sets."""
        self._locales = {dialect.code(one): one for one in locales for dialect in DIALECTS.values()}
        self._spoken = {codes.english_name(one).lower(): one for one in ("en", *locales)}
        self._looked: set[tuple[str, str]] = set()
        self._holder = {one: node.uuid for node in flow.nodes.values() for one in _items(node)}
        self._into: dict[str, list[Node]] = {}
        for node in flow.nodes.values():
            for to in dict.fromkeys(node.exits.values()):
                self._into.setdefault(to, []).append(node)

    def into(self, node: str) -> list[Node]:
        """Return the nodes that lead to a node."""
        return self._into.get(node, [])

    def only_from(self, node: str, source: str) -> bool:
        """Tell whether just one node leads to another, and the flow does not begin there."""
        return {one.uuid for one in self.into(node)} == {source} and node != next(iter(self.nodes))

    def told(self, kind: Kind, construct: str, says: str, node: str = "") -> None:
        """Note what does not map."""
        self.findings.add(kind, construct, says, flow=self.flow.name, node=node)

    def locale(self, code: str) -> str | None:
        """Return our name for a language of theirs, or None."""
        if code in ENGLISH:
            return "en"
        return self._locales.get(code) or self._spoken.get(code.lower()) or codes.babel_name(code)

    def words(self, item: str, key: str, text: str, *, index: int = 0, node: str = "") -> Words:
        """Return a text of theirs with its translations, as it can stand in a flow file.

        Args:
            item: Id of the action, category or case that holds it.
            key: ``text``, ``quick_replies``, ``name`` or ``arguments``.
            text: What stands there in the language of the flow.
            index: Which of several values it is.
            node: Id of the node, for the report.
        """
        base = self.flow.language
        found_in: dict[str, str] = {}
        for code, table in self.flow.localization.items():
            values = mapping(table.get(item)).get(key)
            if isinstance(values, list) and index < len(values) and isinstance(values[index], str) and values[index]:
                if locale := self.locale(code):
                    found_in[locale] = values[index]
                else:
                    self.told("dropped", f"language {code}", f"translation of “{text}”: {values[index]}", node)
        self._looked.add((item, key))
        english = text
        if base not in ENGLISH and text:
            own = self.locale(base)
            if own:
                found_in.setdefault(own, text)
            english = found_in.pop("en", text)
            if english == text and key in SHOWN:
                self.told("changed", "language", f"“{text}” is written in {base}, with no English: write it", node)
        if (another := found_in.pop("en", text)) != text:
            self.told("dropped", f"translation of {key}", f"en: {another}, beside “{text}”", node)
        return take_out(Words(english, found_in).each(lambda one, locale: self._clean(one, locale, node)), {})

    def _clean(self, text: str, locale: str, node: str) -> str:
        expressions, made = found(text)
        for one in expressions:
            says = f"in “{text}”: a placeholder stands for it that nothing fills; write the sentence anew"
            self.told("changed", f"expression {one}", says, node)
        if not expressions and ("{" in text or "}" in text):
            self.told("changed", "braces", f"became round in “{text}”", node)
        made = made.replace("\r\n", "\n").strip(" \t\r\n")
        return " ".join(made.split()) if locale == "en" and "\n" not in made else made

    def unlooked(self) -> None:
        """Note translations of what was not taken."""
        for code, table in self.flow.localization.items():
            for item, values in table.items():
                for key, value in mapping(values).items():
                    if value and key != "_ui" and self._looked.isdisjoint({(item, key), (item, "")}):
                        says = f"{code}: {short(value)}"
                        self.told("dropped", f"translation of {key}", says, self._holder.get(item, item))

    def look_at_router(self, node: Node) -> None:
        """Count the translations of a split as seen: nobody reads the names of its ways."""
        for one in (*node.categories, *things(node.router.get("cases"))):
            self.look_at(one)

    def look_at(self, item: Json) -> None:
        """Count the translations of a thing as seen: it is told in another way that the thing was not taken."""
        self._looked.add((str(item.get("uuid")), ""))


def _items(node: Node) -> list[str]:
    """Return the ids of everything in a node that can be translated."""
    found = [*node.actions, *node.categories, *things(node.router.get("cases"))]
    return [str(one.get("uuid")) for one in found]
