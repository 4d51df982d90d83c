from __future__ import annotations

import time

import pytest

from nlu.text import lexicon
from nlu.text.lexicon import Lexicon, LexiconError
from nlu.text.normalise import normalise
from nlu.text.tokens import tokens


def concepts(entries, message):
    made = Lexicon("xx", {f"C{i}": [entry] for i, entry in enumerate(entries)})
    return {entries[int(hit.concept[1:])] for hit in made.match(tokens(normalise(message)))}


@pytest.mark.parametrize(
    ("entry", "yes", "no"),
    [
        ("hit=", ["they hit me", "HIT"], ["white", "hits", "hitting"]),
        ("teacher", ["teacher", "teachers", "my Teacher!"], ["teachings", "teach"]),
        ("kidnap*", ["kidnapped", "kidnap"], ["skidnap"]),
        ("~school*", ["basisschool", "schoolreis", "school"], ["scholen"]),
        ("~gezin", ["pleeggezin", "gezin"], ["gezinnen"]),
        ("hit me", ["they hit me"], ["hit and me", "hits me"]),
        ("hit .. me", ["hit my brother and me", "hit me"], ["hit one two three four me", "me hit"]),
        ("take* .. passport", ["he takes all our passports"], ["passport take"]),
        ("dont care", ["I don't care", "i dont care", "don’t care"], ["do care"]),
        ("j'ai peur", ["J'ai peur", "j’ai peur"], ["j'ai pas peur", "peur"]),
        ("week-end", ["week-end", "week end"], ["weekend"]),
        ("été", ["ete", "ÉTÉ"], ["etage"]),
        ("φοβάμαι", ["φοβαμαι", "ΦΟΒΆΜΑΙ"], ["φοβος"]),
        ("ضرب", ["ضربني", "بيضربني", "والضرب", "يضربوني", "ضرب"], ["طرب", "مضاربه"]),
        ("انا=", ["انا", "وانا", "أنا"], ["اناس"]),
        ("موت*", ["الموت", "موتي"], ["بيوت"]),
        ("خواه", ["میخواهم", "می‌خواهم"], ["خانه"]),
        ("emergency", ["emergncy", "emergenccy", "emergenzy"], ["emerge", "mergers"]),
        ("stabbed", ["stabed"], ["scabs"]),
    ],
)
def test_marks(entry, yes, no):
    for message in yes:
        assert concepts([entry], message) == {entry}, message
    for message in no:
        assert not concepts([entry], message), message


def test_short_words_take_no_endings_and_no_slips():
    assert not concepts(["die", "kill", "cut"], "diet killing cutter kll")


def test_where_a_concept_was_met():
    made = Lexicon("xx", {"HIT_ME": ["hit me"], "HIT": ["hit="]})
    assert made.match(["they", "hit", "me"]) == [("HIT", 1, 2), ("HIT_ME", 1, 3)]


@pytest.mark.parametrize("entry", ["", "..", ".. me", "me ..", "a*", "~ab*", "~word=", "wo*rd", "!!", "=word"])
def test_entries_that_cannot_be_read(entry):
    with pytest.raises(LexiconError):
        Lexicon("xx", {"C": [entry]})


def test_check_tells_file_and_line(tmp_path):
    path = tmp_path / "xx.yml"
    path.write_text("group:\n  HIT: hit=, wo*rd\n  NEW: one\n  ME:\n", "utf-8")
    assert lexicon.check(path, ["HIT", "ME", "DIE"]) == [
        "xx.yml:2: HIT: 'wo*rd': the marks are word=, word, stem*, ~stem*, ~word",
        "xx.yml:3: NEW is not in en.yml",
        "xx.yml: 2 concepts have no entry: ME, DIE",
    ]


def test_a_file_that_is_no_lexicon_is_named(tmp_path):
    path = tmp_path / "xx.yml"
    path.write_text("HIT: hit\n", "utf-8")
    with pytest.raises(LexiconError, match=r"xx.yml: group HIT holds no concepts"):
        lexicon.read(path)
    path.write_text("group:\n  HIT: [hit\n", "utf-8")
    assert "xx.yml" in lexicon.check(path, [])[0]


def test_the_files_of_the_project_have_no_faulty_entries():
    reference = list(lexicon.read(lexicon.FOLDER / "en.yml"))
    assert len(reference) >= 600
    for path in sorted(lexicon.FOLDER.glob("*.yml")):
        assert [line for line in lexicon.check(path, reference) if "have no entry" not in line] == []


def test_matching_takes_far_less_than_a_millisecond():
    known = lexicon.load()
    message = tokens(normalise("my uncle hits me every night and i do not want to live here any more please help me"))
    for one in known.values():
        one.match(message)
    start = time.perf_counter()
    for _ in range(50):
        for one in known.values():
            one.match(message)
    assert (time.perf_counter() - start) / 50 < 0.005, "all languages together"
