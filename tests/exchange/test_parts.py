from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import codes
from bot.exchange.findings import Findings
from bot.exchange.incoming.expressions import found, is_expression, slot_of
from bot.exchange.names import free, slug, uid
from bot.exchange.numbers import put_in, take_out
from bot.exchange.outgoing.spread import bands
from bot.exchange.words import Words, from_map, joined

CODES = {
    "en": "eng", "nl": "nld", "fr": "fra", "de": "deu", "el": "ell", "ar": "ara", "fa_AF": "prs", "fa": "fas",
    "ps": "pus", "sq": "sqi", "uk": "ukr", "tr": "tur", "so": "som", "ti": "tir", "sr_Latn": "srp", "pt_BR": "por",
}  # fmt: skip


@pytest.mark.parametrize(("locale", "code"), CODES.items())
def test_codes_of_three_letters(locale, code):
    assert codes.three(locale) == code


def test_codes_come_back():
    assert [codes.babel_name(one) for one in ("prs", "eng", "hi", "spa")] == ["fa_AF", "en", "hi", "es"]
    assert codes.babel_name("xyz") is None
    assert codes.english_name("nl") == "Dutch"
    assert codes.english_name("x-odd") == "x-odd"


@pytest.mark.parametrize(
    ("text", "expressions", "made"),
    [
        ("Hello.", [], "Hello."),
        ("a@b.org, @@contact", [], "a@b.org, @contact"),
        ("Hi @contact.name!", ["@contact.name"], "Hi {contact_name}!"),
        ("@(max(1)) of @results.x.category.", ["@(max(1))", "@results.x.category"], "{max_1} of {results_x_category}."),
        ('@(if(a, ")", "(")) x', ['@(if(a, ")", "("))'], "{if_a} x"),
        ("@(open", [], "@(open"),
        ("{a}", [], "(a)"),
        ("<%= 1 %>", ["<%= 1 %>"], "{1}"),
        ("@(())", ["@(())"], "{expression}"),
    ],
)  # fmt: skip
def test_expressions_become_placeholders(text, expressions, made):
    assert found(text) == (expressions, made)
    assert is_expression(text) == bool(expressions)


@given(st.text('@(){}ab."<%>= contact'))
def test_no_text_breaks_the_reader_of_expressions(text):
    expressions, made = found(text)
    assert all(one in text for one in expressions)
    assert made.count("{") == made.count("}") == len(expressions)


def test_slots_of_operands():
    same = ["@fields.age", "@contact.fields.age", "@results.Age.category", '@(default(fields.age, "unknown"))']
    assert {slot_of(one) for one in same} == {"age"}
    assert slot_of("@input") == ""


def test_slugs():
    assert slug("What's your name?", "x") == "whats_your_name"
    assert slug("École", "x") == "ecole"
    assert slug("سلام", "say") == "say"
    assert slug("a " * 40, "x") == "a_a_a_a_a_a_a_a_a_a_a_a"
    assert free("a", {"a", "a_2"}) == "a_3"
    assert uid("a", "b") == uid("a", "b") != uid("a/c")


NAMES = {"tel_emergency": "112", "tel_child": "0800 11 2", "tel_police": "112"}


def test_numbers_go_in_and_out():
    words = Words("Police {tel_police}, in danger {tel_emergency}", {"ar": "الشرطة {tel_police} أو {tel_emergency}"})
    own = {"tel_police": "101", "tel_emergency": "112"}
    sent = put_in(words, own)
    assert sent.english == "Police 101, in danger 112"
    assert "\u2066101\u2069" in sent.others["ar"]
    assert take_out(sent, own) == words


def test_a_number_within_another_is_left_alone():
    assert take_out(Words("1123 and 112."), {"tel_emergency": "112"}) == Words("1123 and {tel_emergency}.")
    assert take_out(Words("0800 11 2"), NAMES) == Words("{tel_child}")


def test_texts_are_joined_only_where_they_can_be_taken_apart():
    both = [Words("A", {"nl": "a"}), Words("B", {"nl": "b"})]
    assert joined(both) == Words("A\nB", {"nl": "a\nb"})
    assert joined([Words("A", {"nl": "a"}), Words("B")]) is None
    assert joined([Words("A\nB"), Words("C")]) is None
    assert joined([]) is None
    assert from_map(both[0].as_map()) == both[0]


def test_age_bands_of_one_split_share_no_year():
    assert bands(["age:0-14", "age:15-17", "age:14", "age:18"]) == [["age:0-14", "age:15-17", "age:18"], ["age:14"]]


def test_findings_are_told_once_and_counted():
    findings = Findings()
    for _ in range(2):
        findings.add("dropped", "send_email", "To somebody", flow="A", node="n")
    findings.add("note", "x", "y")
    assert len(findings) == 2
    assert findings.grave == 1
    assert findings.counted() == "1 dropped, 0 changed, 1 note"
    assert str(next(iter(findings))) == "dropped: send_email (A node n): To somebody"
