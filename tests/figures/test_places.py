from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.core.people import Viewer
from bot.figures.places import arrange, open_to

WHERE = [f"{country}/{team}" for country in ("BE", "DE", "GR", "-") for team in ("one", "two", "-")]


def named(cases: list[str]) -> dict[str, int]:
    """Return how many cases each place has that is named."""
    tree, into = arrange(cases)
    within = {node.id: set(node.leaves()) for node in tree.walk()}
    goes = Counter(into[one] for one in cases if one in into)
    return {node.id: sum(goes[leaf] for leaf in within[node.id]) for node in tree.walk()}


@given(st.lists(st.integers(0, 9), min_size=len(WHERE), max_size=len(WHERE)))
def test_no_place_under_five_is_named_nor_worked_out(counts):
    true = dict(zip(WHERE, counts, strict=True))
    cases = [place for place, count in true.items() for _ in range(count)]
    tree, into = arrange(cases)
    shown = named(cases)
    for node in tree.walk():
        if node.id != "all":
            assert shown[node.id] >= 5
        if node.id == "all" or not node.parts:
            continue
        inside = {one for one in into if one.startswith(f"{node.id}/")}
        assert shown[node.id] == sum(true[one] for one in inside)
    for group in (node for node in tree.walk() if node.quiet):
        parts = (
            [sum(true[one] for one in into if one.startswith(f"{country}/")) for country in ("BE", "DE", "GR", "-")]
            if group.id == "*"
            else [true[one] for one in WHERE if one.startswith(group.id[:-1])]
        )
        small = [one for one in parts if 0 < one < 5]
        assert 5 <= sum(small) < 4 * len(small)  # each could be one more or one less


def test_small_places_are_put_together_or_left_out():
    assert named(["GR/a"] * 20 + ["GR/b"] * 2) == {"all": 20, "GR": 20, "GR/a": 20}
    assert named(["GR/a"] * 20 + ["GR/b"] * 3 + ["GR/c"] * 3) == {"all": 26, "GR": 26, "GR/a": 20, "GR/*": 6}
    assert named(["GR/a"] * 20 + ["GR/b"] * 4 + ["GR/c"] * 4) == {"all": 20, "GR": 20, "GR/a": 20}
    assert named(["GR/a"] * 3 + ["GR/b"] * 3 + ["BE/-"] * 9) == {"all": 15, "GR": 6, "BE": 9, "BE/-": 9}
    assert named(["GR/a"] * 3 + ["BE/-"] * 3) == {"all": 6}
    assert named(["GR/a"] * 2) == {"all": 2}


def test_figures_of_a_place_are_for_who_may_see_all_of_it():
    coordinator = frozenset({"coordinator"})
    everywhere, greece = Viewer("m", coordinator), Viewer("e", coordinator, countries=("GR",))
    team = Viewer("a", coordinator, teams=("one",))
    both = Viewer("b", coordinator, countries=("GR",), teams=("one",))
    seen = {
        viewer.name: [
            one for one in ("all", "GR", "BE", "-", "GR/one", "GR/two", "GR/-", "BE/one") if open_to(viewer, one)
        ]
        for viewer in (everywhere, greece, team, both, Viewer("x", frozenset({"auditor"})))
    }
    assert seen == {
        "m": ["all", "GR", "BE", "-", "GR/one", "GR/two", "GR/-", "BE/one"],
        "e": ["GR", "-", "GR/one", "GR/two", "GR/-"],
        "a": ["GR/one", "GR/-", "BE/one"],
        "b": ["GR/one", "GR/-"],
        "x": [],
    }
