"""The statements of a ``say`` by the place where they are sent, each with the numbers of that place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from bot.core.flow import Say, Statement
from bot.core.library import COUNTRIES
from bot.exchange.dialects import Json
from bot.exchange.numbers import known, names_in, put_in
from bot.exchange.outgoing.canvas import Canvas
from bot.exchange.words import Words

ELSE: Final = "*"
"""The place of those whose country is not known."""
AGE: Final = "age:"


class Spoken(msgspec.Struct, frozen=True):
    """A statement as it is sent somewhere."""

    words: Words
    kept: Json
    """What their side has no word for: sources, what is said when a number is closed, place, numbers."""


class Spread:
    """The statements of a step by place (empty: everywhere), and those that are said nowhere."""

    def __init__(self, canvas: Canvas, step: Say) -> None:
        """Spread the statements of a step."""
        self.places: dict[str, list[Spoken]] = {"": []}
        self.nowhere: list[Json] = []
        self._canvas, self._step = canvas, step
        self._scope = canvas.flow.countries or COUNTRIES
        for at, one in enumerate(step.say):
            self._base(at, one)
        for place, statements in step.overlay.items():
            for index, one in enumerate(statements):
                self._added(place, index, one)

    @property
    def regions(self) -> list[str]:
        """The regions for which something is said."""
        return [place for place, some in self.places.items() if some and is_region(place)]

    @property
    def countries(self) -> list[str]:
        """The countries for which something is said."""
        return [place for place, some in self.places.items() if some and place in COUNTRIES]

    @property
    def ages(self) -> list[str]:
        """The age bands for which something is said."""
        return [place for place, some in self.places.items() if some and place.startswith(AGE)]

    def _base(self, at: int, one: Statement) -> None:
        words, kept = self._canvas.words(self._step.id, one.text), {"at": at, **self._kept(one, "")}
        found = {country: self._numbers(words, country) for country in ("", *self._scope)}
        if not self._fit(one) or not any(here is not None for here in found.values()):
            self.nowhere.append({**kept, "text": words.as_map()})
        elif all(here == found[""] for here in found.values()):
            self._speak("", words, found[""] or {}, kept)
        else:
            regions = [place for place in self._step.overlay if is_region(place)]
            for country, here in found.items():
                for place in (country or ELSE, *(one for one in regions if country and one[:2] == country)):
                    if here is not None:
                        self._speak(place, words, here, kept)

    def _added(self, place: str, index: int, one: Statement) -> None:
        words, kept = self._canvas.words(self._step.id, one.text, place), self._kept(one, place)
        found = [self._numbers(words, country) for country in self._where(place)]
        if not self._fit(one) or found[0] is None or any(here != found[0] for here in found):
            self.nowhere.append({**kept, "text": words.as_map(), "place": place, "index": index})
        else:
            self._speak(place, words, found[0], kept)

    def _where(self, place: str) -> Iterable[str]:
        return ("", *self._scope) if place.startswith(AGE) else (place[:2],)

    def _numbers(self, words: Words, country: str) -> dict[str, str] | None:
        return known(self._canvas.job.library, names_in(words), country, self._canvas.flow.audience)

    def _fit(self, one: Statement) -> bool:
        return not self._canvas.job.unfit.intersection(one.sources)

    def _kept(self, one: Statement, place: str) -> Json:
        kept: Json = {"source": list(one.sources)} if one.sources else {}
        if one.closed:
            kept["closed"] = self._canvas.words(self._step.id, one.closed, place).as_map()
        return kept

    def _speak(self, place: str, words: Words, numbers: dict[str, str], kept: Json) -> None:
        more = {**kept, "numbers": numbers} if numbers else kept
        self.places.setdefault(place, []).append(Spoken(self._canvas.escaped(put_in(words, numbers)), more))


def is_region(place: str) -> bool:
    """Tell whether a place is a part of a country (``BE-VLG``)."""
    return place[:2] in COUNTRIES and place not in COUNTRIES


def bands(places: Iterable[str]) -> list[list[str]]:
    """Return age bands in groups: those of one group share no year, so that one split can tell them apart."""
    groups: list[list[str]] = []
    for place in places:
        low, high = years(place)
        fits = (one for one in groups if all(high < years(other)[0] or low > years(other)[1] for other in one))
        group = next(fits, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def years(place: str) -> tuple[int, int]:
    """Return the years of an age band, both included."""
    low, _, high = place.removeprefix(AGE).partition("-")
    return int(low), int(high or low)
