"""Where cases were: everywhere, a country, a team in a country. Which of these places a week says something of.

Small places are put together: they are not named, and count where they lie. Where even together they are under five, or
where their sum would say what each of them is, they are left out of all figures of the week, so that nothing has to be
hidden of a larger place on their account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from bot.core.people import LISTS, Viewer
from bot.figures.cells import LEAST
from bot.figures.trees import Node

EVERYWHERE: Final = "all"
NONE: Final = "-"
"""In place of a country or a team that is not known."""
OTHERS: Final = "*"


def leaf(country: str, team: str) -> str:
    """Return the smallest place of a case."""
    return f"{country or NONE}/{team or NONE}"


def country_of(place: str) -> str:
    """Return the country of a place; empty for everywhere, and where it is not known."""
    country = place.partition("/")[0]
    return "" if country in {EVERYWHERE, NONE} else country


def team_of(place: str) -> str:
    """Return the team of a place; empty where it has none."""
    team = place.partition("/")[2]
    return "" if team == NONE else team


def open_to(viewer: Viewer, place: str) -> bool:
    """Tell whether somebody may see the figures of a place: all of its cases are in their scope."""
    if not viewer.may(LISTS):
        return False
    if place == EVERYWHERE:
        return not viewer.countries and not viewer.teams
    if "/" not in place:
        return viewer.covers(country_of(place), "") and not viewer.teams
    return viewer.covers(country_of(place), team_of(place))


def arrange(cases: Iterable[str]) -> tuple[Node, dict[str, str]]:
    """Return the places of some cases as a tree, and into which of its leaves each small place goes.

    Args:
        cases: The smallest place of each case.

    Returns:
        The tree, whose quiet nodes are small places together; and smallest place → leaf. What is missing is left out.
    """
    counts: dict[str, Counter[str]] = {}
    for place, count in Counter(cases).items():
        counts.setdefault(place.partition("/")[0], Counter())[place] += count
    into: dict[str, str] = {}
    totals: Counter[str] = Counter()
    parts: dict[str, tuple[Node, ...]] = {}
    for country, teams in counts.items():
        nodes, goes = _group(country, teams)
        parts[country] = nodes
        into |= goes
        totals[country] = sum(teams[place] for place in goes)
    nodes, goes = _group("", totals)
    named = tuple(Node(one.id, parts.get(one.id, ()), one.quiet) for one in nodes)
    final = {}
    for place, target in into.items():
        country = place.partition("/")[0]
        if country in goes:
            final[place] = target if goes[country] == country else goes[country]
    return Node(EVERYWHERE, named), final


def _group(above: str, counts: Counter[str]) -> tuple[tuple[Node, ...], dict[str, str]]:
    """Return the parts of a place, and into which leaf each of them goes: itself, the others, or the place above."""
    large = sorted(one for one, count in counts.items() if count >= LEAST)
    small = sorted(one for one, count in counts.items() if 0 < count < LEAST)
    together = sum(counts[one] for one in small)
    told = together >= LEAST and together < (LEAST - 1) * len(small)
    others = f"{above}/{OTHERS}" if above else OTHERS
    goes = {one: one for one in large}
    if not large:  # the place above has no parts then; it may be small itself
        return (), dict.fromkeys(small, above or EVERYWHERE) if told or together < LEAST else {}
    nodes = tuple(Node(one) for one in large)
    if not told:
        return nodes, goes
    return (*nodes, Node(others, quiet=True)), goes | dict.fromkeys(small, others)
