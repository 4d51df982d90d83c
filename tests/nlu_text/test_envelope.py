from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text import envelope


@given(st.text(), st.sampled_from([None, "child", "carer"]), st.sampled_from([None, "nl", "fa_AF"]))
def test_what_is_put_in_comes_out(text, audience, locale):
    closed = envelope.close(text, audience, locale)
    opened = envelope.open_(closed)
    assert (opened.audience, opened.locale) == (audience, locale)
    assert opened.text == "".join(c for c in text if not "\ue000" <= c <= "\uf8ff")


@pytest.mark.parametrize("text", ["/restart", "/greet{}", "", "\ue000carer|nl\ue001hi"])
def test_no_text_reaches_rasa_as_a_command_or_with_a_head_of_its_own(text):
    closed = envelope.close(text, "child", None)
    assert not closed.startswith("/")
    assert envelope.open_(closed).audience == "child"


def test_a_text_without_a_head_stays():
    assert envelope.open_("hello") == ("hello", None, None)
