from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from bot.figures.cells import FEW, UNKNOWN, Cell, exact
from bot.figures.charts import COLOURS, Look, bars, lines
from bot.figures.export import Sheet, csv_file, xlsx_file
from bot.i18n.writing import number

TABLE = {"guardian": exact(40), "asylum": Cell(21, 25), "school": FEW}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("rtl", [True, False])
def test_bars_say_their_numbers(theme, rtl):
    text = bars(TABLE, Look(theme, rtl=rtl)).decode()
    said = [
        re.sub("[\u2066\u2069]", "", one.text or "") for one in ET.fromstring(text).iter() if one.tag.endswith("text")
    ]
    assert {"guardian", "asylum", "school", "40", "21–25", "<5"} <= set(said)
    assert "script" not in text
    assert COLOURS[theme].ink in text
    assert ("scale(-1 1)" in text) == rtl


def test_digits_are_those_of_the_language():
    assert "٤٠" in bars(TABLE, Look(rtl=True, number=lambda value: number(value, "ar_EG"))).decode()


def test_lines_differ_in_more_than_colour():
    rows = {f"topic {at}": [exact(5 + at), FEW, exact(9)] for at in range(6)}
    text = lines(rows, ["a", "b", "c"], Look()).decode()
    dashes = set(re.findall(r"stroke-dasharray: ?([^;\"}]+)", text))
    assert len(dashes) >= 5
    tree = ET.fromstring(text)
    assert {"1", "2", "3", "4", "5", "6"} <= {one.text for one in tree.iter() if one.tag.endswith("text")}


def test_charts_of_nothing_are_drawn_too():
    assert bars({}, Look()).startswith(b"<svg")
    assert lines({}, [], Look()).startswith(b"<svg")


SHEET = Sheet(
    "Topics",
    ("Topic", "Cases"),
    [["=cmd|'/c calc'!A1", exact(12)], ["+1", FEW], ["-x\x07", UNKNOWN], ["@y", Cell(5, 9)]],
)


def test_no_cell_of_a_csv_file_is_run():
    rows = list(csv.reader(io.StringIO(csv_file([SHEET]).decode("utf-8-sig"))))
    assert rows[0] == ["Topics"]
    assert rows[2:6] == [["'=cmd|'/c calc'!A1", "12"], ["'+1", "<5"], ["'-x", "?"], ["'@y", "5–9"]]


def test_no_cell_of_an_xlsx_file_is_run():
    book = load_workbook(io.BytesIO(xlsx_file([SHEET], rtl=True)))
    page = book["Topics"]
    assert page.sheet_view.rightToLeft
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [
        ["=cmd|'/c calc'!A1", 12], ["+1", "<5"], ["-x", "?"], ["@y", "5–9"],
    ]  # fmt: skip
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s", "n"}


def test_themes_are_those_of_the_page():
    """The pictures cannot see the page's colours: they are written twice, and must be the same."""
    from bot.config import ROOT

    css = (ROOT / "bot/console/static/css/tokens.css").read_text(encoding="utf-8")
    for name in ("panel", "ink", "soft", "line"):
        light, dark = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", css).groups()
        assert (getattr(COLOURS["light"], name), getattr(COLOURS["dark"], name)) == (light, dark)
