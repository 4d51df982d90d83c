"""``say``: one message for what holds everywhere, then a split by country, region or age for what is added there.

1. A text whose number differs by country stands in the message of each country, with that country's number.
2. What no country may show, or what rests on a fact that is off or unconfirmed, is kept in the note of the node, and
   never said.
3. Where the country is not known, it is asked once in a flow, if the flow that asks is exported too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bot.core.flow import Say, Statement
from bot.core.library import COUNTRIES
from bot.exchange.dialects import PLAIN, Json
from bot.exchange.numbers import known, names_in, put_in
from bot.exchange.outgoing.canvas import Canvas, Way
from bot.exchange.outgoing.notes import note_of
from bot.exchange.words import Words, joined

ELSE: Final = "*"
"""The place of those whose country is not known."""
ASKS: Final = "country"
"""The flow that asks for the country."""
AGE: Final = "age:"


class Spoken(msgspec.Struct, frozen=True):
    """A statement as it is sent somewhere."""

    words: Words
    kept: Json
    """What their side has no word for: sources, what is said when a number is closed, place, numbers."""


class Spread(msgspec.Struct, frozen=True):
    """The statements of a step by place (empty: everywhere), and those that are said nowhere."""

    places: dict[str, list[Spoken]]
    nowhere: list[Json]


def _kept(canvas: Canvas, step: str, one: Statement, place: str, at: int | None) -> Json:
    kept: Json = {} if at is None else {"at": at}
    if one.sources:
        kept["source"] = list(one.sources)
    if one.closed:
        kept["closed"] = canvas.words(step, one.closed, place).as_map()
    return kept


def _spread(canvas: Canvas, step: Say) -> Spread:
    library, audience = canvas.job.library, canvas.flow.audience
    scope = canvas.flow.countries or COUNTRIES
    regions = [place for place in step.overlay if place[:2] in COUNTRIES and len(place) > len("BE")]
    spread = Spread({"": [], **{place: [] for place in step.overlay}}, [])

    def everywhere(names: Iterable[str]) -> dict[str, str] | None:
        found = [known(library, names, country, audience) for country in ("", *scope)]
        return found[0] if all(one == found[0] for one in found) else None

    def speak(place: str, words: Words, numbers: dict[str, str], kept: Json) -> None:
        more = {**kept, "numbers": numbers} if numbers else kept
        spread.places.setdefault(place, []).append(Spoken(canvas.escaped(put_in(words, numbers)), more))

    for at, one in enumerate(step.say):
        words, kept = canvas.words(step.id, one.text), _kept(canvas, step.id, one, "", at)
        if canvas.job.unfit.intersection(one.sources):
            spread.nowhere.append({**kept, "text": words.as_map()})
            continue
        numbers = everywhere(names_in(words))
        if numbers is not None:
            speak("", words, numbers, kept)
            continue
        found = {country: known(library, names_in(words), country, audience) for country in ("", *scope)}
        for country, here in found.items():
            for place in (country or ELSE, *(region for region in regions if country and region[:2] == country)):
                if here is not None:
                    speak(place, words, here, kept)
        if not any(here is not None for here in found.values()):
            spread.nowhere.append({**kept, "text": words.as_map()})
    for place, statements in step.overlay.items():
        for one in statements:
            words, kept = canvas.words(step.id, one.text, place), _kept(canvas, step.id, one, place, None)
            numbers = (
                everywhere(names_in(words))
                if place.startswith(AGE)
                else known(library, names_in(words), place[:2], audience)
            )
            if numbers is None or canvas.job.unfit.intersection(one.sources):
                spread.nowhere.append({**kept, "text": words.as_map(), "place": place})
            else:
                speak(place, words, numbers, kept)
    return spread


def ages(places: Iterable[str]) -> list[list[str]]:
    """Return age bands in groups: those of one group share no year, so that one split can tell them apart."""
    groups: list[list[str]] = []
    for place in places:
        low, high = band(place)
        fits = (one for one in groups if all(high < band(other)[0] or low > band(other)[1] for other in one))
        group = next(fits, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def band(place: str) -> tuple[int, int]:
    """Return the years of an age band, both included."""
    low, _, high = place.removeprefix(AGE).partition("-")
    return int(low), int(high or low)


def say(canvas: Canvas, step: Say) -> None:
    """Add the nodes of a step that tells something."""
    spread = _spread(canvas, step)
    places = {place: some for place, some in spread.places.items() if place and some}
    regions = [place for place in places if place[:2] in COUNTRIES and len(place) > len("BE")]
    countries = [place for place in places if place in COUNTRIES]
    bands = ages(place for place in places if place.startswith(AGE))
    chain = [name for name, there in (
        ("base", spread.places[""]), ("ask", (regions or countries) and _asks_here(canvas, step)),
        ("region", regions), ("country", countries or ELSE in places),
        *((f"age{number}", True) for number in range(len(bands))),
    ) if there] or ["base"]  # fmt: skip
    head: Json = {"nowhere": spread.nowhere} if spread.nowhere else {}

    def part(name: str) -> str:
        return canvas.id(step.id) if name == chain[0] else canvas.id(step.id, name)

    def ours(name: str, **more: object) -> Json:
        return {"step": step.id, "kind": "say", "part": name, **(head if name == chain[0] else {}), **more}

    def after(name: str) -> str | None:
        rest = chain[chain.index(name) + 1 :]
        return part(rest[0]) if rest else canvas.to(step.next)

    def tell(place: str, node: str, name: str, to: str | None) -> None:
        some = spread.places[place]
        canvas.add(node, ours(name, place=place, said=[one.kept for one in some]), _messages(canvas, node, some), to)

    behind = after("country" if "country" in chain else "region") if regions or countries or ELSE in places else None
    for name in chain:
        node = part(name)
        if name == "base":
            tell("", node, name, after(name))
        elif name == "ask":
            _ask(canvas, step.id, node, ours(name), after(name))
        elif name == "region":
            canvas.by_field(node, ours(name), "region", _ways(canvas, step.id, regions, after(name)))
        elif name == "country":
            other = canvas.id(step.id, ELSE) if ELSE in places else behind
            canvas.by_field(node, ours(name), "country", _ways(canvas, step.id, countries, other))
        else:
            group = bands[int(name.removeprefix("age"))]
            canvas.by_field(node, ours(name), "age", _ways(canvas, step.id, group, after(name)))
        for place in _told_after(name, regions, countries, bands, places):
            tell(place, canvas.id(step.id, place), "place", after(name) if name.startswith("age") else behind)
    note_of(canvas, step, canvas.id(step.id), spread.nowhere)


def _told_after(
    name: str, regions: list[str], countries: list[str], bands: list[list[str]], places: dict[str, list[Spoken]]
) -> list[str]:
    """Return the places whose messages stand after a split."""
    if name == "region":
        return regions
    if name == "country":
        return [*countries, *([ELSE] if ELSE in places else [])]
    return bands[int(name.removeprefix("age"))] if name.startswith("age") else []


def _messages(canvas: Canvas, node: str, some: Sequence[Spoken]) -> list[Json]:
    """Return one message for all statements, or one for each where they could not be taken apart again."""
    whole = joined(one.words for one in some)
    texts = [whole] if whole else [one.words for one in some]
    return [canvas.send(node, words, number=number) for number, words in enumerate(texts)]


def _ways(canvas: Canvas, step: str, places: Sequence[str], other: str | None) -> list[Way]:
    ways = []
    for place in places:
        test = (PLAIN, (Words(place),))
        if place.startswith(AGE):
            low, high = band(place)
            test = ("has_number_between", (Words(str(low)), Words(str(high))))
        ways.append(Way(Words(place), canvas.id(step, place), (test,)))
    return [*ways, Way(Words("Other"), other)]


def _asks_here(canvas: Canvas, step: Say) -> bool:
    """Whether this is the first step of the flow for which the country must be known, and somebody can ask for it."""
    if ASKS not in canvas.job.flows or canvas.flow.id == ASKS:
        return False
    first = next(
        (
            one.id
            for one in canvas.flow.steps.values()
            if isinstance(one, Say) and any(place[:2] in COUNTRIES for place in one.overlay)
        ),
        "",
    )
    return first == step.id


def _ask(canvas: Canvas, step: str, node: str, ours: Json, to: str | None) -> None:
    asking = canvas.id(step, "ask country")
    ways = [
        Way(Words("Known"), to, tuple((PLAIN, (Words(country),)) for country in COUNTRIES)),
        Way(Words("Other"), asking),
    ]
    canvas.by_field(node, ours, "country", ways)
    canvas.enter(asking, {"step": step, "kind": "say", "part": "asking"}, ASKS, to)
