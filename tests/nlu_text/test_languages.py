from __future__ import annotations

import pytest

from nlu.text import corpus
from nlu.text.languages import Languages


@pytest.fixture(scope="module")
def languages():
    return Languages.learn((line.text, line.locale) for line in corpus.load())


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("mn voogd neemt nooit op wat nu", "nl"),
        ("when can i see my sister", "en"),
        ("c'est quoi un tuteur", "fr"),
        ("وين بدي اسكن", "ar"),
        ("wesh khouya fin ghadi n3ich", "ar"),
    ],
)
def test_our_languages(languages, text, locale):
    scores = languages.score(text)
    assert max(scores, key=scores.get) == locale
    assert sum(scores.values()) == pytest.approx(1)


def test_the_expected_language_decides_where_the_text_says_nothing(languages):
    for locale in ("nl", "ar"):
        scores = languages.score("😀 123", {locale: 4.0})
        assert max(scores, key=scores.get) == locale


def test_what_is_written_is_read_again(languages):
    again = Languages.parse(languages.dump())
    assert again.score("ik woon hier") == languages.score("ik woon hier")


def test_nothing_learnt_says_nothing():
    assert Languages({}).score("hello") == {}
