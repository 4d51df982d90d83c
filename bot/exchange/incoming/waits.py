"""A node that waits for a message, looked at once: what was asked before it, and what opens its ways."""

from __future__ import annotations

from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.incoming.actions import SAYS
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.interactive import as_message
from bot.exchange.incoming.lenient import extras, mapping, short, texts
from bot.exchange.incoming.taking import Taking
from bot.exchange.numbers import take_out
from bot.exchange.words import Words

INPUT: Final = frozenset({"@input", "@input.text", ""})
MISSING: Final = Words("{question}")
"""Stands where nothing was asked: nothing fills it, so the check finds it."""


class Wait:
    """A node that waits."""

    def __init__(self, taking: Taking, node: Node) -> None:
        """Look at it; of the texts before it, those that only say that nothing fitted come last."""
        self.taking = taking
        self.node = node
        before = [one for one in taking.into(node.uuid) if _asks(one) and one.uuid not in taking.taken]
        before.sort(key=lambda one: taking.only_from(one.uuid, node.uuid))
        self.asker: Node | None = before[0] if before else None
        """The node that asks."""
        self.raw: Json = self.asker.actions[-1] if self.asker else {}
        self.action = as_message(taking, self.asker, self.raw) if self.asker else {}
        self.default = str(node.router.get("default_category_uuid") or "")
        """The way for what nothing fits."""
        self.opened = [one for one in node.categories if one.get("uuid") != self.default and self.cases(one)]
        """The ways that something opens."""
        self.tests = {str(case.get("type")) for one in self.opened for case in self.cases(one)}

    @property
    def replies(self) -> list[str]:
        """The quick replies, each as it is shown."""
        return [one.partition("\n")[0] for one in texts(self.action.get("quick_replies"))]

    @property
    def back(self) -> set[str]:
        """The nodes at which the question comes again."""
        return {self.node.uuid, *([self.asker.uuid] if self.asker else [])}

    @property
    def otherwise(self) -> str:
        """Where it leads when nothing fits."""
        return self.node.leads(self.default)

    def cases(self, category: Json) -> list[Json]:
        """Return the tests that open a way."""
        return self.node.cases(str(category.get("uuid")))

    def leads(self, category: Json) -> str:
        """Return where a way leads."""
        return self.node.leads(str(category.get("uuid")))

    def told(self, kind: str, construct: str, says: str) -> None:
        """Note what does not map."""
        self.taking.told(kind, construct, says, self.node.uuid)  # type: ignore[arg-type]

    def question(self) -> Words:
        """Return the text that is asked; what else its action holds is told."""
        if not self.asker:
            self.told("changed", "wait_for_response", "nothing is asked before it: write the question")
            return MISSING
        for key, value in extras(self.action, "text", "quick_replies", "all_urns"):
            self.taking.told("dropped", f"{self.action.get('type')}.{key}", value, self.asker.uuid)
        item, text = str(self.action.get("uuid")), str(self.action.get("text") or "")
        return take_out(
            self.taking.words(item, "text", text, node=self.asker.uuid), mapping(self.asker.ours.get("numbers"))
        )

    def unusual(self) -> None:
        """Tell what is unusual about the wait itself."""
        wait = mapping(self.node.router.get("wait"))
        for key, value in wait.items():
            if key != "type" and value:
                self.told("dropped", f"wait.{key}", short(value))
        if wait.get("type") != "msg":
            self.told("changed", f"wait {wait.get('type')}", "taken as a wait for a message")
        operand = str(self.node.router.get("operand") or "")
        if operand not in INPUT:
            self.told("changed", "operand", f"{operand}: taken as what the contact writes")

    def only_back(self, node: Node | None) -> bool:
        """Tell whether a node does nothing but lead back to the question, and is reached from here alone."""
        return bool(
            node and not node.router and node.onwards in self.back and self.taking.only_from(node.uuid, self.node.uuid)
        )


def _asks(node: Node) -> bool:
    return bool(node.actions) and node.actions[-1].get("type") in SAYS and not node.router


def only_text(taking: Taking, node: Node) -> Words | None:
    """Return the text of a node that says just one, or None."""
    if len(node.actions) != 1 or node.actions[0].get("type") not in SAYS or node.router:
        return None
    action = node.actions[0]
    return taking.words(str(action.get("uuid")), "text", str(action.get("text") or ""), node=node.uuid)


def shown(case: Json) -> str:
    """Return a test as the report tells it."""
    return " ".join([str(case.get("type")), *texts(case.get("arguments"))])
