from __future__ import annotations

import importlib
import socket

import pytest

from bot.config import ROOT
from bot.flowfiles.checks import check, open_book
from bot.flowfiles.checks.reading import MEASURES, hard_to_read
from tests.flowfiles.good import TODAY, make, spoil, translate

EASY = {
    "en": "You can go to school. You learn there, and you meet other children. Ask your friend to come with you.",
    "nl": "Je mag naar school gaan. Je leert daar en je ziet er vrienden. Vraag of je vriend met je mee gaat.",
    "fr": "Tu peux aller à l’école. Tu y vois des amis et tu lis. Dis à ton ami de venir avec toi.",
    "de": "Du darfst in die Schule gehen. Da lernst du viel und triffst Kinder. Frag, ob dein Freund mit dir geht.",
}
HARD = {
    "en": "Administrative authorities individually determine eligibility regarding accommodation immediately following "
    "registration, notwithstanding prior applications.",
    "nl": "Administratieve autoriteiten beoordelen individuele verblijfsaanvragen onmiddellijk volgens de "
    "toepasselijke vreemdelingenwetgeving en internationale verplichtingen.",
    "fr": "Les autorités administratives déterminent immédiatement l’admissibilité individuelle conformément aux "
    "réglementations internationales applicables actuellement.",
    "de": "Zuständige Verwaltungsbehörden entscheiden unverzüglich über individuelle Aufenthaltsangelegenheiten "
    "entsprechend internationaler Verpflichtungen und gesetzlicher Voraussetzungen.",
}


def measured(tmp_path, locale, text):
    """Return what is said of a text that stands alone in a flow, in a locale."""
    root = make(tmp_path)
    msgid = text if locale == "en" else "Some words."
    say = f'say: {{text: "{msgid}", source: none}}'
    made = f"flows:\n  one:\n    title: One\n    steps:\n      - id: one\n        {say}\n"
    (root / "flows" / "one.yml").write_text(made, encoding="utf-8")
    if locale != "en":
        path = translate(root, locale)
        path.write_text(path.read_text(encoding="utf-8").replace("n Some words.", text), encoding="utf-8")
    book = open_book(root / "flows", root / "locales", topics_file=root / "topics.yml", today=TODAY)
    return [message for _, message in hard_to_read(book) if message.startswith(f"{locale}: ")]


def test_the_measures_are_those_of_the_published_formulas():
    tool = importlib.import_module("textstat.textstat").textstatistics()
    tool.set_lang("en")
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert MEASURES["en"].of(tool, "The cat sat on the mat.") == pytest.approx(-1.45)
    tool.set_lang("nl")
    # 206.835 - 0.93 * 5 - 77 * 1
    assert MEASURES["nl"].of(tool, "De kat zit in huis.") == pytest.approx(125.185)


@pytest.mark.parametrize("locale", MEASURES)
def test_easy_messages_pass_and_hard_ones_are_found(tmp_path, locale):
    assert measured(tmp_path / "easy", locale, EASY[locale]) == []
    told = measured(tmp_path / "hard", locale, f"{HARD[locale]} {HARD[locale]}")
    assert len(told) == 1
    assert MEASURES[locale].name in told[0]


def test_the_worst_sentence_is_named(tmp_path):
    told = measured(tmp_path, "en", f"{HARD['en']} You may ask. Come in.")
    assert "most of all: 'Administrative authorities" in told[0]


def test_names_and_explained_words_do_not_count(good):
    hard = "Kinderrechtencommissariaat Kinderrechtencommissariaat interpreters interpreters " * 4
    text = f"Ask {hard}today."
    (good / "flows" / "bad.yml").write_text(
        f'flows:\n  bad:\n    title: Bad\n    steps:\n      - id: one\n        say: {{text: "{text}", source: none}}\n'
    )

    def codes():
        faults = check(good / "flows", good / "locales", topics=good / "topics.yml", today=TODAY)
        return [fault.code for fault in faults]

    assert "hard_to_read" in codes()
    (good / "flows" / "names.yml").write_text("names: [Kinderrechtencommissariaat]\n")
    (good / "flows" / "hard_words.yml").write_text('hard_words:\n  en:\n    "interpreter*": {explained: interpreter}\n')
    assert "hard_to_read" not in codes()


def test_without_textstat_the_check_says_so_once(good, monkeypatch):
    spoil(good, "hard_to_read")

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    book = open_book(good / "flows", good / "locales", topics_file=good / "topics.yml", today=TODAY)
    assert list(hard_to_read(book)) == [
        (("flows/", 1), "textstat is not installed: how easy texts read is not measured")
    ]


def test_nothing_is_loaded_from_the_network(good, monkeypatch):
    spoil(good, "hard_to_read")

    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    book = open_book(good / "flows", good / "locales", topics_file=good / "topics.yml", today=TODAY)
    assert list(hard_to_read(book))


def test_the_real_english_texts_are_easy():
    book = open_book(ROOT / "flows", ROOT / "nowhere")
    assert list(hard_to_read(book)) == []
