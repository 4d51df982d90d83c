"""The small classifier: learnt by counting, kept in a file, asked only while the server is away."""

from __future__ import annotations

import pytest

from bot.understanding.decide import SPARE, decide
from bot.understanding.spare import Spare, pieces, prepared
from bot.understanding.thresholds import load
from nlu.text import corpus

VEILED = "she gave all her things away and says we will not meet again"


@pytest.fixture(scope="module")
def spare():
    return Spare.learn(line for line in corpus.load() if line.locale == "en")


def test_pieces_are_runs_words_and_pairs():
    assert {"w112", "wcall", "call 112", "cal", " ca", "112 "} <= set(pieces("Call 112"))
    assert list(pieces("…!?")) == []


def test_risk_is_told_from_harmless(spare):
    assert spare.parse("i want to kill myself tonight").risk.ranking[0].name == "self_harm"
    assert spare.parse("i want to kill myself tonight").risk.probability > 0.5
    assert spare.parse("when does the school begin").risk.probability < 0.2
    assert spare.parse("🙂") is None


def test_what_is_kept_answers_the_same(spare, tmp_path):
    spare.save(tmp_path / "spare.npz")
    again = Spare.load(tmp_path / "spare.npz")
    for text in ("i want to die", "they hit me at home", "football"):
        assert again.parse(text) == spare.parse(text)


def test_it_is_learnt_once_and_again_when_the_data_change(tmp_path):
    data, kept = tmp_path / "data", tmp_path / "kept"
    data.mkdir()
    text = (
        "version: '3.1'\nnlu:\n- intent: school\n  examples: |\n    - when is school\n- intent: danger\n  examples: |\n"
    )
    (data / "en.yml").write_text(f"{text}    - he has a knife\n")
    prepared(kept, data)
    (first,) = kept.glob("spare-*.npz")
    written = first.stat().st_mtime_ns
    prepared(kept, data)
    assert first.stat().st_mtime_ns == written
    first.write_bytes(b"broken")
    assert prepared(kept, data).parse("he has a knife").risk.ranking[0].name == "danger"
    (data / "en.yml").write_text(f"{text}    - he has a gun\n")
    prepared(kept, data)
    (second,) = kept.glob("spare-*.npz")
    assert second != first


def test_it_only_ever_asks_and_only_while_the_server_is_away(spare):
    thresholds = load()
    seen = spare.parse("i want to kill myself tonight")
    assert decide([], None, thresholds, None) is None
    found = decide([], None, thresholds, seen)
    assert (found.care, found.rule, found.risk) == ("check", SPARE, "self_harm")
    assert decide([], spare.parse("when does the school begin"), thresholds, seen) is None


async def test_a_reader_without_its_server_notices_more_than_the_rules(spare, alone, monkeypatch):
    assert alone.read(VEILED, locale="en") is None
    monkeypatch.setattr(alone, "spare", spare)
    assert alone.read(VEILED, locale="en").care == "check"
    understood = await alone.understand(VEILED, locale="en", audience="carer")
    assert understood.risk.care == "check"
    assert not understood.nlu
