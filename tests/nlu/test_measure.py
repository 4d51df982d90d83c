from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from bot.nlu_service import curves
from bot.nlu_service.measure import Item, Row, figures, items, misses, tables, text_table
from bot.nlu_service.report import bins, page
from nlu.text import corpus
from nlu.text.normalise import normalise
from nlu.text.topics import RISKS, TOPICS


def row(topic="school", kind="plain", care="none", risk=None, first="school", text="x"):
    item = Item(text, "BE", "child", topic, kind, topic if topic in RISKS else None, "en")
    return Row(item, (first, "health", "rights", "police"), 0.8, care, risk, "en", nlu=True)


ROWS = [
    row(),
    row("police"),
    row("rights", first="school", care="check"),
    row("abuse", "direct", "alarm", "abuse"),
    row("danger", "indirect", "alarm", "abuse"),
    row("missing", "indirect", "check", "missing"),
    row("missing", "indirect", text="<b>gone</b>"),
    row("school", "alarming_harmless", "alarm", "danger"),
    row("school", "alarming_harmless"),
]


def test_figures():
    found = figures(ROWS)
    assert (found.top1, found.top3) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (found.noticed, found.right_alarm) == (0.75, 0.25)
    assert (found.noticed_direct, found.noticed_indirect) == (1, pytest.approx(2 / 3))
    assert (found.false_alarm, found.false_check) == (0, pytest.approx(1 / 3))
    assert (found.alarming_alarm, found.alarming_check) == (0.5, 0)


def test_nothing_measured_is_not_nought():
    assert figures([row()]).noticed is None


def test_what_misses_its_goal():
    assert misses("top1", "en", 0.7)
    assert not misses("top1", "en", 0.8)
    assert misses("top1", "all", 0.8)
    assert misses("false_alarm", "en", 0.04)
    assert not misses("false_alarm", "en", 0.0)


def test_the_table_and_the_page_hold_every_figure():
    table = text_table(tables(ROWS))
    assert "noticed_indirect" in table
    assert "0.67" in table
    html = page(ROWS, "dev")
    assert "&lt;b&gt;gone&lt;/b&gt;" in html
    assert "<b>gone" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert bins(ROWS) == [(pytest.approx(0.8), pytest.approx(1 / 3), 3)]


def test_the_measuring_sets_are_whole():
    for item in items("dev") + items("test"):
        assert item.topic in TOPICS
        assert item.risk is None or item.risk == item.topic
        assert item.kind in {"plain", "direct", "indirect", "alarming_harmless"}
        assert (item.kind in {"direct", "indirect"}) == (item.risk is not None) or item.kind == "plain"


@pytest.mark.parametrize("split", ["dev", "test"])
def test_no_measuring_set_was_trained_on(split):
    learnt = {(line.locale, normalise(line.text)) for line in corpus.load() if len(line.text.split()) > 3}
    same, asked = Counter(), Counter()
    for item in items(split):
        asked[item.locale] += 1
        same[item.locale] += (item.locale, normalise(item.text)) in learnt
    for locale, number in same.items():
        assert number <= 0.05 * asked[locale], f"{locale}: two people may hit on the same sentence, but not so often"


def test_recall_at_a_fixed_rate_of_false_alarms():
    def chance(value, kind="plain", topic="school"):
        return msgspec.structs.replace(row(topic, kind), chance=value)

    found = [chance(value / 100) for value in range(100)]
    found += [chance(value, "direct", "danger") for value in (0.5, 0.92, 0.96, 0.995)]
    assert curves.recall(found, 0.10) == 0.75
    assert curves.recall(found, 0.05) == 0.5
    assert curves.recall(found, 0.01) == 0.25
    assert curves.recall(found, 0.10, alarming=True) is None
    assert "recall@0.05 plain" in curves.text_table({"en": found})
    assert "polyline" in curves.picture({"en": found, "all": found})
