from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest

from bot.config import ROOT
from bot.flowfiles import drawing, layout
from bot.flowfiles.load import load
from bot.flowfiles.overview import rows, table
from tests.flowfiles.good import TODAY, translate

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [one.text or "" for one in ET.fromstring(picture).iter(f"{SVG}text")]


def test_picture_of_a_flow_shows_every_step_text_and_choice(good):
    flow = load(good / "flows").flows["guardian.child"]
    shown = "\n".join(texts(drawing.draw(flow)))
    for words in ("what · say", "more · choose", "close · link", "A guardian helps you.", "Say it again", "→ closing"):
        assert words in shown
    assert "Say it again ↩ what" in shown, "an arrow that would run back is told in words"


def test_map_shows_every_flow(good):
    flows = load(good / "flows").flows
    assert flows.keys() <= set(texts(drawing.draw_map(flows)))


def test_arrows_run_from_left_to_right_and_boxes_do_not_cover_each_other():
    flows = load(ROOT / "flows").flows
    for boxes, root in ((drawing._boxes(flow), flow.first) for flow in flows.values()):
        placed = layout.place(boxes, [root])
        for points in placed.arrows:
            assert [x for x, _ in points] == sorted(x for x, _ in points)
        spans = sorted((*placed.at[name], box.height) for name, box in boxes.items())
        for (x, y, height), (x2, y2, _) in itertools.pairwise(spans):
            assert x != x2 or y + height < y2


def test_signs_of_markup_in_a_text_are_only_text(good):
    path = good / "flows" / "bad.yml"
    head = 'flows:\n  bad:\n    title: "<b>&\\""\n    steps:\n      - id: one\n'
    path.write_text(head + '        say: {text: "<script>", source: none}\n', encoding="utf-8")
    assert "<script>" in texts(drawing.draw(load(good / "flows").flows["bad"]))


@pytest.mark.parametrize("name", ["menu", "welcome"])
def test_real_flows_can_be_drawn(name):
    assert len(texts(drawing.draw(load(ROOT / "flows").flows[name]))) > 10


def test_table_names_locales_and_the_state_of_review(good):
    translate(good, "de", review="draft")
    (good / "locales" / "fr" / "LC_MESSAGES").mkdir(parents=True)
    (good / "locales" / "fr" / "LC_MESSAGES" / "bot.po").write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    found = {row.flow: row for row in rows(good / "flows", good / "locales", TODAY)}
    assert found["school.child"].locales == "en de~ fr! nl"
    assert found["school.child"].review == "1 confirmed; 1 of 1 reviewed"
    assert found["t0"].review == "none"
    assert "school.child" in table(list(found.values()))
