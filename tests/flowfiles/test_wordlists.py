from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ROOT
from bot.errors import FlowError
from bot.flowfiles import wordlists
from bot.flowfiles.checks import check, open_book
from bot.flowfiles.checks.hard import EXPLAINING, Finder
from bot.flowfiles.wordlists import fold
from tests.flowfiles.good import TODAY, spoil, translate

HARD = wordlists.hard_words(ROOT / "flows")
ENOUGH = 60


@pytest.fixture(scope="module")
def book():
    return open_book(ROOT / "flows", ROOT / "locales")


def codes(good, file=""):
    faults = check(good / "flows", good / "locales", topics=good / "topics.yml", today=TODAY)
    return [fault.code for fault in faults if file in fault.file]


def test_every_locale_has_enough_hard_words_with_simpler_ones():
    locales = {"en", *(path.name for path in (ROOT / "locales").iterdir() if path.is_dir())}
    assert set(HARD) == locales
    for locale, words in HARD.items():
        assert sum(bool(one.say) for one in words) >= ENOUGH, locale
        assert sum(bool(one.explained) for one in words) >= ENOUGH / 4, locale


def test_what_cannot_be_avoided_is_explained_in_every_locale(book):
    steps = {one.explained for one in HARD["en"] if one.explained}
    assert steps <= set(book.flows[EXPLAINING].steps)
    for locale, words in HARD.items():
        lacking = steps - {one.explained for one in words}
        assert lacking <= {"care", "flat"}, locale  # plain words in some languages


@pytest.mark.parametrize("locale", HARD)
def test_simpler_words_are_not_hard_themselves(book, locale):
    finder = Finder(book, locale)
    wrong = {one.say: word for one in HARD[locale] for found, word in finder.words(one.say) if not found.explained}
    assert wrong == {}


@pytest.mark.parametrize("locale", HARD)
def test_each_hard_word_is_found_alone_and_in_a_sentence(book, locale):
    finder = Finder(book, locale)
    for one in HARD[locale]:
        word = one.word.replace("*", "")
        for text in (word, word.upper(), f"x {word}.", f"({word})"):
            assert [w for _, w in finder.words(text)], one.word


@pytest.mark.parametrize(
    ("locale", "text", "word"),
    [
        ("en", "They were detained.", "detained"),
        ("en", "Residence permits", "Residence permits"),
        ("nl", "De procedures duren lang.", "procedures"),
        ("fr", "Les procédures", "procédures"),
        ("fr", "une famille d’accueil", "famille d'accueil"),
        ("de", "wegen der Abschiebungen", "Abschiebungen"),
        ("el", "Οι ΑΝΗΛΙΚΟΙ", "ΑΝΗΛΙΚΟΙ"),
        ("ar", "وبالإجراءات", "وبالاجراءات"),
        ("ar", "لِلسُّلُطات", "للسلطات"),
        ("fa_AF", "آسیب‌پذیرها", "اسیب پذیرها"),
        ("ps", "د یونیورسټۍ", "یونیورسټی"),
    ],
)
def test_every_form_of_a_word_is_found(book, locale, text, word):
    assert [found for _, found in Finder(book, locale).words(text)] == [word]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "An appointment with Minor-Ndako, {tel_authority}."),
        ("en", "It is a common thing."),
        ("de", "Sag bitte einmal Bescheid."),
        ("ar", "يحق لك أن تسأل."),
        ("fa_AF", "به مکتب برو."),
        ("ps", "ښوونځي ته لاړ شه."),
    ],
)
def test_what_is_only_like_a_hard_word_is_left_alone(book, locale, text):
    assert list(Finder(book, locale).words(text)) == []


def test_hard_words_are_for_children_and_not_for_carers(good):
    spoil(good, "hard_word")
    path = good / "flows" / "bad.yml"
    assert "hard_word" in codes(good)
    path.write_text(path.read_text(encoding="utf-8").replace("title: Bad", "title: Bad\n    audience: carer"))
    assert "hard_word" not in codes(good)


def test_a_link_and_a_choice_both_offer_to_explain(good):
    spoil(good, "unexplained_word")
    say = 'say: {text: "A.", source: none}'
    (good / "flows" / "words.yml").write_text(
        f"flows:\n  {EXPLAINING}:\n    title: Words\n    steps:\n      - id: lawyer\n        {say}\n"
    )
    assert "unexplained_word" in codes(good)
    path = good / "flows" / "bad.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}      - id: words\n        link: {EXPLAINING}\n")
    assert "unexplained_word" not in codes(good)
    choice = f'text: "And?"\n        choose:\n          - {{id: w, label: Words, flow: {EXPLAINING}}}\n'
    path.write_text(f"{text}      - id: words\n        {choice}")
    assert "unexplained_word" not in codes(good)


def test_a_name_with_a_number_may_be_the_same_in_every_language(good):
    path = spoil_same(good, "Child Focus: {tel_emergency}")
    assert "same_text" in codes(good)
    (good / "flows" / "names.yml").write_text("names: [Child Focus]\n")
    assert "same_text" not in codes(good)
    spoil_same(good, "Call Child Focus: {tel_emergency}")
    assert "same_text" in codes(good)
    assert path.is_file()


def spoil_same(good, text):
    """Say a text in a flow, and translate it by itself."""
    (good / "flows" / "bad.yml").write_text(
        f'flows:\n  bad:\n    title: Bad\n    steps:\n      - id: one\n        say: {{text: "{text}", source: none}}\n'
    )
    path = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    old = path.read_text(encoding="utf-8").partition('msgctxt "bad/one"')[0]
    path.write_text(f'{old}\nmsgctxt "bad/one"\nmsgid "{text}"\nmsgstr "{text}"\n')
    return path


@pytest.mark.parametrize("name", ["never", "hard_words", "names", "signposts"])
@pytest.mark.parametrize(
    "text", ["", "a", "- a\n", "x: 1\n", "{0}: 1\n", "{0}: [1]\n", "{0}: {{en: 1}}\n", "{0}: {{en: [1]}}\n"]
)
def test_hostile_lists_are_faults_and_never_a_traceback(good, name, text):
    (good / "flows" / f"{name}.yml").write_text(text.format(name))
    assert set(codes(good, f"{name}.yml")) <= {"yaml", "unguarded_locale"}
    if "en" not in text or name in {"never", "signposts"}:
        assert "yaml" in codes(good, f"{name}.yml")


def test_a_hard_word_without_letters_is_refused_with_its_line(good):
    (good / "flows" / "hard_words.yml").write_text('hard_words:\n  en:\n    "*": x\n')
    with pytest.raises(FlowError, match=r"hard_words.yml:3: a hard word has no letters"):
        wordlists.hard_words(good / "flows")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_folding_keeps_the_accents_of_latin_letters():
    assert fold("école où") == "école où"
    assert fold("L’été") == "L'été"


SIGN = "\U0001f3eb"


@pytest.mark.parametrize(
    ("text", "codes_"),
    [
        (f"{SIGN} You may go to school.", set()),
        ("You may go to school.", {"lost_signpost"}),
        (f"You may {SIGN} go.", {"only_signpost"}),
        (f"{SIGN}You may go.", {"only_signpost"}),
        (f"{SIGN} {SIGN} You may go.", {"lost_signpost", "only_signpost"}),
        ("\U0001f9d1\u200d⚖️ You may go.", {"lost_signpost", "unknown_signpost"}),
        ("1\ufe0f\u20e3 You may go.", {"lost_signpost", "unknown_signpost"}),
    ],
)
def test_signposts(good, text, codes_):
    (good / "flows" / "signposts.yml").write_text(f'signposts:\n  "{SIGN}": {{means: school, topics: [school]}}\n')
    path = good / "flows" / "child" / "school.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("You may go to school.", text), encoding="utf-8")
    catalog = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    made = catalog.read_text(encoding="utf-8").replace("n You may go to school.", "TRANSLATED")
    made = made.replace("You may go to school.", text).replace("TRANSLATED", f"{text} n")
    catalog.write_text(made, encoding="utf-8")
    assert {code for code in codes(good) if "signpost" in code} == codes_


def test_a_signpost_of_another_topic_and_one_that_a_translation_lost_are_found(good):
    (good / "flows" / "signposts.yml").write_text(f'signposts:\n  "{SIGN}": {{means: school, topics: [school]}}\n')
    for name in ("guardian", "school"):
        path = good / "flows" / "child" / f"{name}.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("You may", f"{SIGN} You may").replace("A guardian", f"{SIGN} A guardian"))
    catalog = good / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace('msgid "You may', f'msgid "{SIGN} You may'), encoding="utf-8")
    told = check(good / "flows", good / "locales", topics=good / "topics.yml", today=TODAY)
    assert [(f.code, f.file) for f in told if "signpost" in f.code] == [
        ("unknown_signpost", "flows/child/guardian.yml"),
        ("lost_signpost", "locales/nl/LC_MESSAGES/bot.po"),
    ]


def test_every_topic_has_at_most_one_signpost():
    topics = [topic for one in wordlists.signposts(ROOT / "flows").values() for topic in one.topics]
    assert len(topics) == len(set(topics))


@pytest.mark.parametrize(
    ("locale", "text", "codes_"),
    [
        ("ar", "هذا وصيُّكَ ومُحاميكَ. " * 3, set()),
        ("ar", "هذا هو " * 10, {"long_sentence"}),
        ("ar", "هذا هو هذا هو هذا؛ هذا هو هذا هو هذا؛ " * 2, set()),
        ("ar", "وباستخداماتهمافيها", {"long_word"}),
        ("fa_AF", "می‌شود می‌شود می‌شود می‌شود می‌شود می‌شود می‌شود می‌شود می‌شود می‌شود.", set()),
        ("fa_AF", "می شود می شود می شود می شود می شود می شود می شود می شود می شود می شود.", {"long_sentence"}),
        ("fa_AF", "کمک‌کننده‌های‌شان", set()),
        ("ps", "دا دی " * 10, {"long_sentence"}),
        ("el", "Αυτό είναι " * 10, {"long_sentence"}),
        ("el", "Αυτό; " * 30, set()),
        ("nl", "Vreemdelingenverblijfswetgeving", {"long_word"}),
        ("fr", "Le Kinderrechtencommissariaat est là.", set()),
    ],
)
def test_length_is_measured_as_each_script_writes(good, locale, text, codes_):
    (good / "flows" / "names.yml").write_text("names: [Kinderrechtencommissariaat]\n")
    path = translate(good, locale)
    found = path.read_text(encoding="utf-8").replace("n You may go to school.", text.strip())
    path.write_text(found, encoding="utf-8")
    assert {code for code in codes(good, locale) if code in {"long_word", "long_sentence"}} == codes_
