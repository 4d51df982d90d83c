from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.figures.cells import Cell
from bot.figures.suppression import Mark, protect, published
from bot.figures.trees import Node, sums
from tests.figures.attack import Attacker


def flat(name: str, many: int) -> Node:
    return Node(name, tuple(Node(f"{name}{at}") for at in range(many)))


def line(*counts: int) -> tuple[dict, Node, Node]:
    rows, columns = Node("all"), flat("c", len(counts))
    return {("all", f"c{at}"): count for at, count in enumerate(counts)}, rows, columns


DEEP = Node("all", (Node("A", (Node("A/1"), Node("A/2"))), Node("B"), Node("*", quiet=True)))
HIGH = Node("t", (Node("t0", (Node("t0/kept"), Node("t0/late"))), Node("t1"), Node("t2")))
COUNT = st.one_of(st.integers(0, 6), st.sampled_from([8, 11, 17]))


def tables(rows: Node, columns: Node):
    keys = list(itertools.product(rows.leaves(), columns.leaves()))
    return st.lists(COUNT, min_size=len(keys), max_size=len(keys)).map(lambda all_: dict(zip(keys, all_, strict=True)))


SHAPES = [
    (Node("all"), flat("c", 2)),
    (Node("all"), flat("c", 5)),
    (flat("r", 2), flat("c", 2)),
    (flat("r", 3), flat("c", 4)),
    (DEEP, flat("c", 3)),
    (flat("r", 3), HIGH),
    (DEEP, HIGH),
]


@pytest.mark.parametrize(
    "shape", SHAPES, ids=lambda shape: f"{len(list(shape[0].walk()))}x{len(list(shape[1].walk()))}"
)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_attacker_pins_down_no_number_from_one_to_four(shape, data):
    rows, columns = shape
    counts = data.draw(tables(rows, columns))
    marks = protect(counts, rows, columns)
    every = sums(counts, rows, columns)
    assert all(every[key] >= 5 for key, mark in marks.items() if mark in {Mark.SHOWN, Mark.HELD})
    assert all(every[key] < 5 for key, mark in marks.items() if mark is Mark.FEW)
    assert Attacker(counts, rows, columns, marks).pinned() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", SHAPES, ids=lambda shape: f"{len(list(shape[0].walk()))}x{len(list(shape[1].walk()))}"
)
@given(data=st.data())
@settings(max_examples=1500, deadline=None)
def test_attacker_with_patience(shape, data):
    rows, columns = shape
    counts = data.draw(tables(rows, columns))
    assert Attacker(counts, rows, columns, protect(counts, rows, columns)).pinned() == []


def test_large_total_that_is_held_back_leaves_other_worlds():
    rows, columns = flat("r", 3), flat("c", 4)
    keys = itertools.product(rows.leaves(), columns.leaves())
    counts = dict(zip(keys, [0] * 7 + [1] + [17] * 4, strict=True))
    marks = protect(counts, rows, columns)
    assert marks["r2", "c"] is Mark.HELD
    assert Attacker(counts, rows, columns, marks).pinned() == []


def test_attacker_does_find_what_is_badly_hidden():
    """The attacker of these tests is worth something: without the second mark it has the number."""
    counts, rows, columns = line(3, 9, 20)
    marks = protect(counts, rows, columns)
    marks[("all", "c0")], marks[("all", "c1")], marks[("all", "c2")] = Mark.FEW, Mark.SHOWN, Mark.SHOWN
    assert Attacker(counts, rows, columns, marks).pinned() == [("all", "c0")]
    counts, rows, columns = line(4, 4, 20)
    marks = dict.fromkeys(protect(counts, rows, columns), Mark.SHOWN) | {
        ("all", "c0"): Mark.FEW,
        ("all", "c1"): Mark.FEW,
    }
    assert len(Attacker(counts, rows, columns, marks).pinned()) == 2


def same_said(shape_rows: Node, shape_columns: Node, values: range | list) -> list:
    """Return the numbers from 1 to 4 that are the same in every table of which exactly the same is said."""
    keys = list(itertools.product(shape_rows.leaves(), shape_columns.leaves()))
    said = defaultdict(list)
    for all_ in itertools.product(values, repeat=len(keys)):
        counts = dict(zip(keys, all_, strict=True))
        every = sums(counts, shape_rows, shape_columns)
        marks = protect(counts, shape_rows, shape_columns)
        say = tuple((key, mark, every[key] if mark is Mark.SHOWN else -1) for key, mark in sorted(marks.items()))
        said[say].append(every)
    found = []
    for say, worlds in said.items():
        if sum(worlds[0][key] for key in keys) > max(values):
            continue  # its other worlds may have numbers that were not tried
        for key, mark, _ in say:
            if mark is not Mark.SHOWN and len({world[key] for world in worlds}) == 1 and 0 < worlds[0][key] < 5:
                found.append((worlds[0], key))
    return found


@pytest.mark.parametrize("many", [2, 3])
def test_who_knows_how_we_choose_learns_no_more(many):
    """All tables with the same total are tried: whoever knows every rule of ours still cannot tell."""
    assert same_said(Node("all"), flat("c", many), range(14)) == []


@pytest.mark.slow
def test_who_knows_how_we_choose_learns_no_more_of_four():
    assert same_said(Node("all"), flat("c", 4), range(13)) == []


@pytest.mark.slow
def test_who_knows_how_we_choose_learns_no_more_of_two_directions():
    assert same_said(flat("r", 2), flat("c", 2), range(14)) == []


def test_small_number_takes_another_with_it():
    said = published(*line(3, 9, 20))
    assert said["all", "c0"] == Cell(0, 4)
    assert said["all", "c1"] == Cell(9, 9)
    assert said["all", "c2"] == Cell(19, 23)  # everybody can work that out
    assert said["all", "c"] == Cell(32, 32)


def test_small_numbers_protect_each_other():
    said = published(*line(3, 4, 9, 20))
    assert [said["all", f"c{at}"].text() for at in range(4)] == ["<5", "<5", "9", "20"]


def test_two_fours_would_say_what_they_are():
    said = published(*line(4, 4, 20, 30))
    assert [said["all", f"c{at}"].text() for at in range(4)] == ["<5", "<5", "20", "30–38"]


def test_none_is_like_few():
    assert published(*line(0, 9, 20))["all", "c0"].text() == "<5"


def test_under_five_in_all_says_nothing_else():
    said = published(*line(1, 2, 1))
    assert said["all", "c"].text() == "<5"
    assert {said["all", f"c{at}"].text() for at in range(3)} == {"<5"}


def test_what_is_held_back_does_not_follow_from_size():
    """Choosing the smallest would say that it is smaller than those shown."""
    for counts in ((2, 9, 20), (2, 20, 9), (2, 8, 8)):
        marks = protect(*line(*counts))
        assert marks["all", "c2"] is Mark.HELD
        assert marks["all", "c1"] is Mark.SHOWN


@given(st.lists(COUNT, min_size=12, max_size=12))
def test_ranges_hold_the_truth_and_the_same_counts_give_the_same(all_):
    rows, columns = flat("r", 3), flat("c", 4)
    counts = dict(zip(itertools.product(rows.leaves(), columns.leaves()), all_, strict=True))
    every = sums(counts, rows, columns)
    said = published(counts, rows, columns)
    assert all(cell.lo <= every[key] <= (every[key] if cell.hi is None else cell.hi) for key, cell in said.items())
    assert said == published(dict(reversed(counts.items())), rows, columns)
    assert not any(cell.exact and cell.lo < 5 for cell in said.values())


@given(st.lists(COUNT, min_size=12, max_size=12))
def test_hidden_parts_of_a_total_that_is_shown_are_two_and_five(all_):
    rows, columns = flat("r", 3), flat("c", 4)
    counts = dict(zip(itertools.product(rows.leaves(), columns.leaves()), all_, strict=True))
    every, marks = sums(counts, rows, columns), protect(counts, rows, columns)
    lines = [((row, "c"), [(row, column) for column in columns.leaves()]) for row in rows.leaves()]
    lines += [(("r", column), [(row, column) for row in rows.leaves()]) for column in columns.leaves()]
    for whole, parts in lines:
        hidden = [part for part in parts if marks[part] is not Mark.SHOWN]
        if marks[whole] is Mark.SHOWN and hidden:
            assert len(hidden) >= 2
            assert sum(every[part] for part in hidden) >= 5
