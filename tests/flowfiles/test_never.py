from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.config import ROOT
from bot.errors import FlowError
from bot.flowfiles.checks import check, open_book
from bot.flowfiles.checks.never import never_word, unguarded_locale
from bot.flowfiles.wordlists import KINDS, fold, never
from tests.flowfiles.good import TODAY, spoil

RULES = never(ROOT / "flows")
EXAMPLES = yaml.safe_load((Path(__file__).parent / "never.yml").read_text(encoding="utf-8"))
CASES = [(locale, kind) for locale, kinds in EXAMPLES.items() for kind in kinds]


def found(locale, text, kind=""):
    """Return the kinds that are found in a text."""
    return {
        rule.kind
        for rule in RULES[locale]
        if kind in {"", rule.kind} and re.search(fold(rule.pattern), fold(text), re.IGNORECASE)
    }


def test_every_locale_has_patterns_and_examples_of_every_kind():
    locales = {"en", *(path.name for path in (ROOT / "locales").iterdir() if path.is_dir())}
    for locale in locales:
        assert {rule.kind for rule in RULES[locale]} == set(KINDS), locale
        assert set(EXAMPLES[locale]) == set(KINDS), locale


@pytest.mark.parametrize(("locale", "kind"), CASES)
def test_what_we_never_say_is_found_and_what_is_like_it_is_left_alone(locale, kind):
    example = EXAMPLES[locale][kind]
    assert example["found"]
    assert example["left"]
    assert [text for text in example["found"] if not found(locale, text, kind)] == []
    assert [text for text in example["left"] if found(locale, text)] == []


@pytest.mark.parametrize(("locale", "kind"), [one for one in CASES if one != ("de", "illegal")])
def test_capitals_hide_nothing(locale, kind):
    """But for the German noun, which only its capital tells from the adjective."""
    assert [text for text in EXAMPLES[locale][kind]["found"] if not found(locale, text.upper(), kind)] == []


def test_each_pattern_finds_an_example():
    for locale, rules in RULES.items():
        for rule in rules:
            pattern = re.compile(fold(rule.pattern), re.IGNORECASE)
            assert any(pattern.search(fold(text)) for text in EXAMPLES[locale][rule.kind]["found"]), rule.pattern


def test_other_spellings_hide_nothing():
    assert found("ar", "أَعِدُكَ")
    assert found("ar", "اعدك")
    assert found("fa_AF", "قول مي‌دهم")
    assert found("fa_AF", "قول می دهم")
    assert found("el", "Σου υποσχομαι")
    assert found("el", "ΠΟΥ ΕΙΣΑΙ;")
    assert found("fr", "Tu n'as rien ? C'est ta faute.")


def test_titles_of_numbers_and_pages_are_read_too(good):
    spoil(good, "never_word")
    contacts = good / "flows" / "contacts.yml"
    contacts.write_text(contacts.read_text(encoding="utf-8").replace("title: Help", "title: I promise help"))
    page = good / "locales" / "nl" / "LC_MESSAGES" / "console.po"
    page.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "We promise it"\nmsgstr "Ja"\n'
    )
    faults = check(good / "flows", good / "locales", topics=good / "topics.yml", today=TODAY)
    places = {(fault.file, fault.line) for fault in faults if fault.code == "never_word"}
    assert ("flows/contacts.yml", 5) in places
    assert ("locales/nl/LC_MESSAGES/console.po", 4) in places


def test_a_locale_without_a_list_is_told(good):
    spoil(good, "unguarded_locale")
    book = open_book(good / "flows", good / "locales", topics_file=good / "topics.yml", today=TODAY)
    told = [message for _, message in unguarded_locale(book)]
    assert any(message.startswith("nl: no pattern for promise, ") for message in told)
    assert not any("promise" in message for message in told if message.startswith("en"))


def test_a_wrong_pattern_is_a_fault_and_never_a_traceback(good):
    (good / "flows" / "never.yml").write_text('never:\n  en:\n    - {kind: promise, pattern: "("}\n')
    book = open_book(good / "flows", good / "locales", topics_file=good / "topics.yml", today=TODAY)
    assert [message for _, message in never_word(book)] == ["en: '(' is no regular expression"]


def test_an_unknown_kind_is_refused_with_its_line(good):
    (good / "flows" / "never.yml").write_text('never:\n  en:\n    - {kind: other, pattern: "x"}\n')
    with pytest.raises(FlowError, match=r"never.yml:3: kind"):
        never(good / "flows")
