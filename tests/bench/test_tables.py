from __future__ import annotations

import pytest

from bench.floor import split
from bench.tables import ABSENT, Size, Table, number, quantile, ratio


def test_the_quantile_is_a_value_that_was_measured():
    values = [float(n) for n in range(1, 101)]
    assert quantile(values, 0.5) == 50.0
    assert quantile(values, 0.99) == 99.0
    assert quantile([3.0], 0.99) == 3.0
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_a_ratio_to_nothing_is_absent():
    assert ratio(6.0, 3.0) == "2.00x"
    assert ratio(6.0, 0.0) == ABSENT
    assert ratio(None, 3.0) == ABSENT


def test_numbers_show_what_means_something():
    assert [number(n) for n in (12345.6, 12.34, 1.234, None)] == ["12,346", "12.3", "1.23", ABSENT]


def test_columns_stand_below_their_heads():
    laid = str(Table("t", ("", "a"), (("first", "1"), ("x", "1,000")), ("a note",))).splitlines()
    assert laid == ["t", "           a", "-----  -----", "first      1", "x      1,000", "* a note"]


def test_sizes():
    assert [Size(name).pick(1, 2, 3) for name in ("quick", "default", "full")] == [1, 2, 3]
    assert Size("full").pick(1, 2) == 2


def test_the_floor_keeps_the_order_within_a_partition_and_takes_leases_first():
    lease = [("SET", "{p1}:lease", "t"), ("SET", "{p2}:lease", "t")]
    one, other, two = [("GET", "{p1}:a")], [("GET", "{p1}:b")], [("GET", "{p2}:a")]
    lanes = split([lease, one, two, other, lease])
    assert lanes.first == [lease]
    assert lanes.beside == {1: [one, other], 2: [two]}
