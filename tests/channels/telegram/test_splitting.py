from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.splitting import LIMIT, sendable, split, units

WORDS = st.lists(st.sampled_from(["word", "Satz.", "جملة؟", "😀", "👩‍👩‍👦", "é", "\n\n", "\n", "x" * 30]), max_size=60)


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(st.text() | WORDS.map(" ".join) | WORDS.map("".join), st.integers(2, 40))
def test_parts_fit_are_not_empty_and_together_say_the_same(text, limit):
    clean = sendable(text)
    parts = split(clean, limit)
    assert all(0 < units(part) <= limit and part == part.strip() for part in parts)
    assert squeezed("".join(parts)) == squeezed(clean)


@given(st.text(max_size=200))
def test_what_fits_is_one_message(text):
    clean = sendable(text)
    assert split(clean) == ([clean] if clean else [])


@given(st.text())
def test_what_is_sendable_can_be_encoded(text):
    assert b"\0" not in sendable(text).encode()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaaa aaaa\n\nbbbb bbbb bbbb", ["aaaa aaaa", "bbbb bbbb bbbb"]),
        ("aaaa aaaa\nbbbb bbbb bbbb", ["aaaa aaaa", "bbbb bbbb bbbb"]),
        ("One one. Two two two two", ["One one.", "Two two two two"]),
        ("هذه جملة؟ وهذه جملة ثانية", ["هذه جملة؟", "وهذه جملة ثانية"]),
        ("aaaaa bbbbb ccccc ddddd", ["aaaaa bbbbb", "ccccc ddddd"]),
        ("a" * 16 + " b", ["a" * 16, "b"]),
        ("a" * 20, ["a" * 16, "a" * 4]),
        ("a" * 15 + "😀b", ["a" * 15, "😀b"]),
        ("a" * 15 + "e\u0301b", ["a" * 15, "e\u0301b"]),
        ("a" * 14 + "👩\u200d👦b", ["a" * 14, "👩\u200d👦b"]),
        ("", []),
    ],
)
def test_cuts_at_the_best_end(text, parts):
    assert split(text, 16) == parts


def test_the_limit_counts_as_the_service_does():
    assert units("😀") == 2
    assert split("😀" * (LIMIT // 2)) == ["😀" * (LIMIT // 2)]
    assert [units(part) for part in split("😀" * (LIMIT // 2 + 1))] == [LIMIT, 2]


def test_an_immense_text_is_split_in_reasonable_time():
    assert len(split("word. " * 20_000)) >= 29


def test_a_pile_of_accents_longer_than_a_message_still_ends():
    assert "".join(split("a" + "\u0301" * 200, 16)) == "a" + "\u0301" * 200
