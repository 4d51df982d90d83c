"""One flow of theirs in the making: nodes, translations, notes, and the fields of contacts that it uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bot.core.flow import Flow
from bot.core.library import Library, Texts
from bot.exchange.dialects import Dialect, Json
from bot.exchange.findings import Findings, Kind
from bot.exchange.names import uid
from bot.exchange.words import Words, words_of
from bot.flowfiles.reference import Contact, Source


class Job(msgspec.Struct, frozen=True):
    """What all flows of an export share."""

    flows: Mapping[str, Flow]
    """The flows that are exported."""
    texts: Mapping[str, Texts]
    """Translations by locale."""
    library: Library
    """Answers which number serves whom."""
    contacts: Mapping[str, Mapping[str, Contact]]
    sources: Mapping[str, Source]
    dialect: Dialect
    findings: Findings
    unfit: frozenset[str] = frozenset()
    """Facts on which nothing may rest: switched off, or unconfirmed."""


CATEGORY: Final = 36
"""Most characters of the name of a way."""


class Way(msgspec.Struct, frozen=True):
    """A way out of a split: its name, where it leads (a node, or nowhere), and the tests that open it."""

    name: Words
    to: str | None
    tests: tuple[tuple[str, tuple[Words, ...]], ...] = ()


class Note(msgspec.Struct, frozen=True):
    """A note for people, beside a node."""

    node: str
    title: str
    body: str


class Canvas:
    """Collects what the steps of one flow become."""

    def __init__(self, flow: Flow, job: Job) -> None:
        """Begin a flow of theirs."""
        self.flow = flow
        self.job = job
        self.nodes: list[Json] = []
        self.look: dict[str, Json] = {}
        """Node → its kind and settings in their editor."""
        self.localization: dict[str, dict[str, dict[str, list[str]]]] = {}
        self.notes: list[Note] = []
        self.fields: set[str] = set()

    def id(self, step: str, *parts: str) -> str:
        """Return the id of a thing of a step; a step alone is the node where it begins."""
        return uid(self.flow.id, step, *parts)

    def to(self, step: str) -> str | None:
        """Return the node where a step begins; None: the flow ends there."""
        return self.id(step) if step in self.flow.steps else None

    def words(self, step: str, text: str, place: str = "") -> Words:
        """Return a text of a step with its translations."""
        return words_of(self.job.texts, f"{self.flow.id}/{step}{place and f'@{place}'}", text)

    def told(self, kind: Kind, construct: str, says: str, node: str = "") -> None:
        """Note what their side cannot do."""
        self.job.findings.add(kind, construct, says, flow=self.flow.id, node=node)

    def escaped(self, words: Words) -> Words:
        """Return a text in which nothing is read as an expression."""
        return words.each(lambda text, _: text.replace("@", "@@")) if self.job.dialect.escapes else words

    def translate(self, item: str, key: str, values: Sequence[Words]) -> None:
        """Keep the translations of a thing, in each locale that has all of its values."""
        for locale in self.job.texts:
            if values and all(locale in one.others for one in values):
                table = self.localization.setdefault(self.job.dialect.code(locale), {})
                table.setdefault(item, {})[key] = [one.others[locale] for one in values]

    def action(self, node: str, kind: str, **values: object) -> Json:
        """Return an action of a node."""
        return {"uuid": uid(node, kind, str(values.pop("number", 0))), "type": kind, **values}

    def send(self, node: str, words: Words, replies: Sequence[Words] = (), number: int = 0) -> Json:
        """Return the action that says a text, with its translations; ``words`` are escaped already."""
        made = self.action(
            node, "send_msg", number=number, text=words.english, attachments=[],
            quick_replies=[one.english for one in replies],
        )  # fmt: skip
        self.translate(made["uuid"], "text", [words])
        self.translate(made["uuid"], "quick_replies", replies)
        return made

    def remember(self, node: str, name: str, value: str) -> Json:
        """Return the action that keeps a value with the contact."""
        if name == "locale":
            return self.action(node, "set_contact_language", language=self.job.dialect.spoken(value))
        self.fields.add(name)
        label = name.replace("_", " ").capitalize()
        return self.action(
            node, "set_contact_field", number=name, field={"key": name, "name": label}, value=value
        )  # fmt: skip

    def add(self, node: str, ours: Json, actions: Sequence[Json], to: str | None) -> None:
        """Add a node that does something and goes on."""
        self.nodes.append(
            {
                "uuid": node,
                "actions": list(actions),
                "exits": [{"uuid": uid(node, "exit"), "destination_uuid": to}],
            }
        )
        self.look[node] = {"type": "execute_actions", "config": {"ucare": ours}}

    def split(
        self, node: str, ours: Json, look: Json, ways: Sequence[Way], *, router: Json, actions: Sequence[Json] = ()
    ) -> None:
        """Add a node that chooses between ways; the last way is taken where no test is passed."""
        exits: list[Json] = []
        categories: list[Json] = []
        cases: list[Json] = []
        numbers: list[Json] = []
        for number, way in enumerate(ways):
            one = uid(node, "way", str(number))
            exits.append({"uuid": uid(one, "exit"), "destination_uuid": way.to})
            name = _unlike(way.name.english, {str(other["name"]).casefold() for other in categories})
            categories.append({"uuid": one, "name": name, "exit_uuid": exits[-1]["uuid"]})
            self.translate(one, "name", [way.name])
            for index, (test, arguments) in enumerate(way.tests):
                case = uid(one, "case", str(index))
                values = [argument.english for argument in arguments]
                made = {"uuid": case, "type": test, "arguments": values, "category_uuid": one}
                # A label that is a figure comes before the place of another choice: 17 is an age, not the 17th choice.
                (numbers if index and index == len(way.tests) - 1 else cases).append(made)
                self.translate(case, "arguments", arguments)
        chosen: Json = {"type": "switch", "cases": cases + numbers, "categories": categories}
        chosen |= {"default_category_uuid": categories[-1]["uuid"], **router}
        self.nodes.append({"uuid": node, "actions": list(actions), "router": chosen, "exits": exits})
        self.look[node] = {"type": look["type"], "config": {"cases": {}, **look.get("config", {}), "ucare": ours}}

    def wait(self, node: str, ours: Json, ways: Sequence[Way], result: str = "") -> None:
        """Add a node that waits for what the contact writes, and keeps it under a name where one is given."""
        router: Json = {"operand": "@input.text", "wait": {"type": "msg"}}
        router |= {"result_name": result} if result else {}
        self.split(node, ours, {"type": "wait_for_response"}, ways, router=router)

    def by_field(self, node: str, ours: Json, name: str, ways: Sequence[Way], *, unknown: bool = False) -> None:
        """Add a node that goes on by what is known of the contact."""
        operand = self.job.dialect.operand(name, unknown=unknown)
        of: Json = {"id": name, "type": "field", "name": label(name)}
        if name == "locale":
            of = {"id": "language", "type": "property", "name": "Language"}
        elif name != "channel":
            self.fields.add(name)
        look: Json = {"type": "split_by_expression"}
        if name != "channel" and operand == self.job.dialect.operand(name):
            look = {"type": "split_by_contact_field", "config": {"operand": of}}
        self.split(node, ours, look, ways, router={"operand": operand})

    def enter(self, node: str, ours: Json, flow: str, to: str | None) -> None:
        """Add a node that enters another flow and comes back."""
        action = self.action(node, "enter_flow", flow={"uuid": uid(flow), "name": flow})
        ways = [
            Way(Words("Complete"), to, (("has_only_text", (Words("completed"),)),)),
            Way(Words("Expired"), to, (("has_only_text", (Words("expired"),)),)),
        ]
        look: Json = {"type": "split_by_subflow"}
        self.split(node, ours, look, ways, router={"operand": "@child.status"}, actions=[action])
        if flow not in self.job.flows:
            self.told("note", "enter_flow", f"{flow} is not in this file: export it as well", node)


def _unlike(name: str, taken: set[str]) -> str:
    """Return the name of a way as long as it may be, and unlike the others of its split."""
    made, number = name[:CATEGORY].strip(), 1
    while made.casefold() in taken:
        number += 1
        made = f"{name[: CATEGORY - 4].strip()} {number}"
    return made


def label(name: str) -> str:
    """Return how a field or topic is called in their editor."""
    return name.replace("_", " ").capitalize()
