"""``say``: one message for what holds everywhere, then a split by country, region or age for what is added there.

1. A text whose number differs by country stands in the message of each country, with that country's number.
2. What no country may show, or what rests on a fact that is off or unconfirmed, is kept in the note of the node, and
   never said.
3. Where the country is not known, it is asked once in a flow, if the flow that asks is exported too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.core.flow import Say
from bot.core.library import COUNTRIES
from bot.exchange.dialects import PLAIN, Json
from bot.exchange.outgoing.canvas import Canvas, Way
from bot.exchange.outgoing.notes import note_of
from bot.exchange.outgoing.spread import AGE, ELSE, Spoken, Spread, bands, years
from bot.exchange.words import Words, joined

ASKS: Final = "country"
"""The flow that asks for the country."""


def say(canvas: Canvas, step: Say) -> None:
    """Add the nodes of a step that tells something."""
    spread = Spread(canvas, step)
    _Saying(canvas, step, spread).add()
    note_of(canvas, step, canvas.id(step.id), spread.nowhere)


class _Saying:
    """One step: a chain of parts (base, ask, region, country, age0 …), each leading to the next."""

    def __init__(self, canvas: Canvas, step: Say, spread: Spread) -> None:
        self.canvas, self.step, self.spread = canvas, step, spread
        self.ages = bands(spread.ages)
        by_country = bool(spread.countries or ELSE in spread.places)
        there = {
            "base": bool(spread.places[""]),
            "ask": bool(spread.regions or spread.countries) and _asks_here(canvas, step),
            "region": bool(spread.regions),
            "country": by_country,
            **{f"age{number}": True for number in range(len(self.ages))},
        }
        self.chain = [part for part, wanted in there.items() if wanted] or ["base"]

    def add(self) -> None:
        """Add all nodes, the one where the step begins first."""
        for part in self.chain:
            if part == "base":
                self.tell("", self.node(part), part, self.after(part))
            elif part == "ask":
                self.ask()
            else:
                self.split(part)

    def node(self, part: str) -> str:
        return self.canvas.id(self.step.id, *(() if part == self.chain[0] else (part,)))

    def after(self, part: str) -> str | None:
        """Return where a part leads when it is done."""
        rest = self.chain[self.chain.index(part) + 1 :]
        if part == "region" and "country" in rest:
            rest = rest[1:]  # what a region adds stands in place of what its country adds
        return self.node(rest[0]) if rest else self.canvas.to(self.step.next)

    def ours(self, part: str, **more: object) -> Json:
        nowhere = {"nowhere": self.spread.nowhere} if part == self.chain[0] and self.spread.nowhere else {}
        return {"step": self.step.id, "kind": "say", "part": part, **nowhere, **more}

    def tell(self, place: str, node: str, part: str, to: str | None) -> None:
        some = self.spread.places[place]
        ours = self.ours(part, place=place, said=[one.kept for one in some])
        self.canvas.add(node, ours, _messages(self.canvas, node, some), to)

    def split(self, part: str) -> None:
        """Add a split by what is known, and the messages of its places."""
        name, other = part, self.after(part)
        if part == "region":
            places = self.spread.regions
            other = self.node("country") if "country" in self.chain else other
        elif part == "country":
            places = self.spread.countries
            other = self.canvas.id(self.step.id, ELSE) if ELSE in self.spread.places else other
        else:
            name, places = "age", self.ages[int(part.removeprefix("age"))]
        ways = [Way(Words(place), self.canvas.id(self.step.id, place), (_test(place),)) for place in places]
        self.canvas.by_field(self.node(part), self.ours(part), name, [*ways, Way(Words("Other"), other)])
        more = [ELSE] if part == "country" and ELSE in self.spread.places else []
        for place in (*places, *more):
            self.tell(place, self.canvas.id(self.step.id, place), "place", self.after(part))

    def ask(self) -> None:
        """Add a split that enters the flow which asks for the country, where it is not known."""
        asking, to = self.canvas.id(self.step.id, "ask country"), self.after("ask")
        ways = [
            Way(Words("Known"), to, tuple((PLAIN, (Words(country),)) for country in COUNTRIES)),
            Way(Words("Other"), asking),
        ]
        self.canvas.by_field(self.node("ask"), self.ours("ask"), "country", ways)
        self.canvas.enter(asking, {"step": self.step.id, "kind": "say", "part": "asking"}, ASKS, to)


def _test(place: str) -> tuple[str, tuple[Words, ...]]:
    if not place.startswith(AGE):
        return PLAIN, (Words(place),)
    low, high = years(place)
    return "has_number_between", (Words(str(low)), Words(str(high)))


def _messages(canvas: Canvas, node: str, some: Sequence[Spoken]) -> list[Json]:
    """Return one message for all statements, or one for each where they could not be taken apart again."""
    whole = joined(one.words for one in some)
    texts = [whole] if whole else [one.words for one in some]
    return [canvas.send(node, words, number=number) for number, words in enumerate(texts)]


def _asks_here(canvas: Canvas, step: Say) -> bool:
    """Whether this is the first step of the flow for which the country must be known, and somebody can ask for it."""
    if ASKS not in canvas.job.flows or canvas.flow.id == ASKS:
        return False
    says = (one for one in canvas.flow.steps.values() if isinstance(one, Say))
    return step.id == next((one.id for one in says if any(place[:2] in COUNTRIES for place in one.overlay)), "")
