from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text.normalise import normalise
from nlu.text.tokens import clauses, tokens


@pytest.mark.parametrize(
    ("folded", "cut"),
    [
        ("i don't know", ["i", "dont", "know"]),
        ("m'n broer", ["mn", "broer"]),
        ("j'ai peur d'aller", ["j'", "ai", "peur", "d'", "aller"]),
        ("d' accueil", ["d'", "accueil"]),
        ("quelqu'un m'a frappe", ["quelqu'", "un", "m'", "a", "frappe"]),
        ("it's week-end", ["its", "week", "end"]),
        ("7'ayef", ["7ayef"]),
        ("عمي بيضربني", ["عمي", "بيضربني"]),
        ("👍 !!", []),
        ("", []),
    ],
)
def test_words(folded, cut):
    assert tokens(folded) == cut


def test_a_clause_ends_with_a_full_stop_or_a_comma():
    assert clauses("he is here. help me, now") == [0, 0, 0, 1, 1, 2]


@given(st.text(max_size=80))
def test_every_word_has_a_clause(text):
    folded = normalise(text)
    # An apostrophe before a stop joins nothing; only then may the two differ.
    if "'" not in folded:
        assert len(clauses(folded)) == len(tokens(folded))
