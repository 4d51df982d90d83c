from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp.text import MAX_BODY, numbered, split, units

ANY = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=400)


def bare(text):
    return "".join(text.split())


@given(ANY, st.integers(2, 60))
def test_nothing_is_lost_and_nothing_is_too_long(text, limit):
    pieces = split(text, limit)
    assert bare("".join(pieces)) == bare(text)
    assert all(0 < units(piece) <= limit for piece in pieces)


@given(ANY, st.lists(st.text(alphabet="abc دهβ", min_size=1, max_size=20), max_size=12), st.integers(80, 200))
def test_the_choices_are_all_there_and_in_order(text, labels, limit):
    pieces = numbered(text, labels, limit)
    assert all(0 < units(piece) <= limit for piece in pieces)
    listed = "".join(f"{n}.{label}" for n, label in enumerate(labels, 1))
    assert bare("".join(pieces)) == bare(text) + bare(listed)


def test_a_short_text_stays_whole():
    assert split("Hello.\n\nHow are you?") == ["Hello.\n\nHow are you?"]
    assert split("") == split(" \n ") == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One two three.\n\nFour five six.", ["One two three.", "Four five six."]),
        ("One two three.\nFour five six.", ["One two three.", "Four five six."]),
        ("One two. Three four five six.", ["One two.", "Three four five six."]),
        ("آیا خوبی؟ من اینجا هستم برای تو", ["آیا خوبی؟", "من اینجا هستم برای", "تو"]),
        ("One two three four five six", ["One two three four", "five six"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    ],
)
def test_it_is_split_where_it_hurts_least(text, pieces):
    assert split(text, 20) == pieces


def test_a_letter_is_not_torn_from_its_marks():
    assert split("a" * 9 + "e\u0301" * 3, 10)[0] == "a" * 9
    assert split("😀" * 30, 11) == ["😀" * 5] * 6


def test_the_list_is_not_torn_where_it_fits_into_one_message():
    labels = [f"Label {n}" for n in range(12)]
    pieces = numbered("x" * (MAX_BODY - 5), labels)
    assert pieces == ["x" * (MAX_BODY - 5), "\n".join(f"{n}. {label}" for n, label in enumerate(labels, 1))]
    assert numbered("", ["Yes"]) == ["1. Yes"]
