from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text.normalise import LONGEST_HEAD, LONGEST_TAIL, normalise, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ça VA été ?", "ca va ete ?"),
        ("Straße", "strasse"),
        ("Βοήθεια ΜΟΥ Ποιος", "βοηθεια μου ποιοσ"),
        ("أَنَا أُريدُ مُساعدةً", "انا اريد مساعده"),
        ("مـــرحبا", "مرحبا"),
        ("کمک می‌خواهم", "كمك مي خواهم"),
        ("٣ و ۳", "3 و 3"),
        ("heeeeelp", "heelp"),
        ("й ї ѓ é", "й ї ѓ e"),
        ("\u202ehello\u0000", "hello"),
        ("see https://example.org/x?y", "see xurl"),
        ("ﬁne", "fine"),
    ],
)
def test_folding(typed, folded):
    assert normalise(typed) == folded


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text):
    once = normalise(text)
    assert normalise(once) == once


def test_very_long_texts_are_cut_but_their_end_is_read():
    assert len(normalise("a b " * 50_000 + " help")) <= LONGEST_HEAD + LONGEST_TAIL + 1
    assert normalise("a b " * 50_000 + " help").endswith("help")


def test_words():
    assert words(normalise("I'm hungry, mama!")) == ["i'm", "hungry", "mama"]
