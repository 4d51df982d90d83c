"""The book holds everything that is said, once, and is one document that needs nothing else."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from bot.book import making, pages
from bot.book.words import table
from bot.cli import main
from bot.config import ROOT
from bot.core.library import texts_of
from bot.errors import CatalogError, FlowError
from bot.flowfiles import reference
from bot.i18n import catalogs, review
from tests.book.conftest import TRANSCRIPTS
from tests.golden.texts import library

FLOWS, LOCALES = ROOT / "flows", ROOT / "locales"
ALL = ("en", *catalogs.locales(LOCALES))


@pytest.mark.parametrize("locale", ["en", "fa_AF", "nl"])
def test_everything_that_is_said_is_asked_about_once(book, locale):
    found = book(locale)
    assert making.twice(found) == []
    wanted = {key for flow in library().flows.values() for key in texts_of(flow)}
    wanted |= {(f"phrase/{name}", one.text) for name, one in reference.phrases(FLOWS).items()}
    if locale != "en":
        wanted &= library().texts[locale].keys()
    held = {(place, one.english) for one in found.sentences for place in one.places}
    assert wanted <= held
    assert [one.number for one in found.sentences] == list(range(1, len(found.sentences) + 1))


def test_a_sentence_is_shown_as_the_contact_reads_it(book):
    found = book("en", "guardian")
    shown = {
        (talk.country, line.text)
        for chapter in found.chapters
        for talk in chapter.talks
        for bubble in talk.bubbles
        for line in bubble.lines
    }
    number = reference.contacts(FLOWS)["BE"]["guardianship"].number.replace(" ", "\u00a0")
    assert ("BE", f"You can call the Service too: {number}") in shown
    assert not any("{" in text for _, text in shown)


def test_a_contact_asks_in_words_of_the_locale(book):
    for locale in ("ar", "fa_AF", "ps"):
        for chapter in book(locale, "school", "guardian").chapters:
            for talk in chapter.talks:
                typed = [one.text for one in talk.bubbles if one.kind == "contact" and one.text]
                assert not [text for text in typed if re.search("[A-Za-z]{4}", text)]


def test_countries_show_only_what_is_different(book):
    (child, _) = book("en", "guardian").chapters
    countries = [talk.country for talk in child.talks]
    assert {"BE", "DE", "GR"} == set(countries)
    later = [talk for talk in child.talks if talk.country == "DE"]
    assert later
    for talk in later:
        for bubble in talk.bubbles:
            if bubble.kind == "bot":
                assert all(line.first for line in (*bubble.lines, *bubble.buttons))


def test_one_topic_alone(book):
    found = book("nl", "hide")
    assert {chapter.topic for chapter in found.chapters} == {"hide"}
    assert not [one for one in found.rest if not one.name]


@pytest.mark.parametrize("locale", ["en", "fa_AF"])
def test_each_number_stands_once_on_the_pages_and_once_in_the_index(html, book, locale):
    text = html(locale)
    asked = re.findall(r'<span class="n">(\d+)</span>', text.partition('class="chapter')[2])
    asked += re.findall(r'<span class="chip"><b>(\d+)</b>', text)
    numbers = [one.number for one in book(locale).sentences]
    assert sorted(map(int, asked)) == numbers
    index = text.partition('<ol class="index">')[2]
    assert list(map(int, re.findall(r"<li><b>(\d+)</b>", index))) == numbers


def test_nothing_is_loaded_from_anywhere(html):
    text = html("fa_AF")
    assert not re.findall(r"<(?:script|link|img|iframe)", text)
    assert not re.findall(r"(?:src|href)=\"(?!#)", text)
    assert set(re.findall(r"url\(\"?([a-z]+):", text)) == {"data"}


def test_right_to_left_and_the_english_beside_it(html):
    text = html("fa_AF", "guardian", english="beside")
    assert '<html lang="fa-AF" dir="rtl" class="beside">' in text
    assert "counter(page, persian)" in text
    assert '<p class="en" lang="en" dir="ltr">' in text
    assert 'class="none"' in html("fa_AF", "guardian", english="none")
    assert "دری" in text


def test_the_title_page_tells_the_state_of_review_and_the_day_of_the_facts():
    found = making.make(FLOWS, LOCALES, TRANSCRIPTS, "nl", ["school"], library())
    assert sum(found.states.values()) == len(found.sentences)
    told = found.checked
    assert told
    assert told[0] <= told[1]
    text = pages.html(found, today=dt.date(2026, 12, 1))
    assert "1 december 2026" in text
    words = table()["nl"].states
    assert any(words[state] in text for state in found.states)


def test_facts_say_which_sentences_tell_them(book):
    found = book("en", "guardian")
    numbered = {one.number: one for one in found.sentences}
    assert found.facts
    for fact in found.facts:
        assert fact.told
        assert all(fact.id in numbered[number].sources for number in fact.told)


@pytest.mark.parametrize("locale", ALL)
def test_each_locale_has_the_words_of_the_book(locale):
    words, english = table()[locale], table()["en"]
    assert len(words.how) == len(english.how)
    assert set(words.states) == set(review.STATES)
    if locale != "en":
        assert words.title != english.title


def test_what_is_wrong_is_said():
    with pytest.raises(CatalogError, match="no catalog of 'xx'"):
        making.make(FLOWS, LOCALES, TRANSCRIPTS, "xx", library=library())
    with pytest.raises(FlowError, match="no topic footbal"):
        making.make(FLOWS, LOCALES, TRANSCRIPTS, "en", ["footbal"], library())


def test_a_folder_without_transcripts_or_with_a_broken_one(tmp_path):
    with pytest.raises(FlowError, match="no transcripts"):
        making.make(FLOWS, LOCALES, tmp_path, "en", library=library())
    folder = tmp_path / "en" / "topics"
    folder.mkdir(parents=True)
    (folder / "school.child.yml").write_text("conversations: [{country: BE}]", encoding="utf-8")
    with pytest.raises(FlowError, match=r"school\.child\.yml:1: is no file of transcripts"):
        making.make(FLOWS, LOCALES, tmp_path, "en", library=library())


def test_the_command_writes_the_file(tmp_path, capsys):
    target = tmp_path / "book.html"
    assert main(["flows", "book", "--locale", "de", "--topic", "school", "-o", str(target)]) == 0
    assert "chapters" in capsys.readouterr().out
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["flows", "book", "--locale", "de", "--topic", "nothing"]) == 1
    assert "no topic nothing" in capsys.readouterr().out
    assert main(["flows", "book", "--locale", "de", "--topic", "hide", "-o", str(tmp_path / "no" / "book.html")]) == 1
    assert "cannot be written" in capsys.readouterr().out
