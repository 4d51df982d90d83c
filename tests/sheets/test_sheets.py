from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from PIL import Image

from bot.cli import main
from bot.errors import CatalogError
from bot.i18n import catalogs, review
from bot.sheets import cells, picture, rows, scenes
from bot.sheets.reading import read
from bot.sheets.taking import hidden, markup, take
from bot.sheets.writing import write_csv, write_xlsx

FLOW = """flows:
  guardian.child:
    title: My guardian
    topic: guardian
    audience: child
    steps:
      - id: what_is
        say: {text: "A guardian helps you.", source: none}
        overlay:
          BE: {text: "Call {tel_child} today.", source: none}
          BE-VLG: {text: "In Flanders.", source: none}
      - id: more
        text: "What do you want to know?"
        choose:
          - {id: end, label: That is all, next: end}
      - id: end
        end: true
"""
KEYS = [
    ("guardian.child", "My guardian"),
    ("guardian.child/what_is", "A guardian helps you."),
    ("guardian.child/what_is@BE", "Call {tel_child} today."),
    ("guardian.child/what_is@BE-VLG", "In Flanders."),
    ("guardian.child/more", "What do you want to know?"),
    ("guardian.child/more", "That is all"),
    ("phrase/greeting.hello", "I am a person."),
]
LABELS = {"My guardian", "That is all"}
GLOSSARY = "| **guardian** | voogd | |\n"


def make(folder, locale="nl", header="draft", **texts):
    """A folder of flows and catalogs; ``texts`` are translations by the number of the key."""
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    (folder / "flows" / "a.yml").write_text(FLOW, encoding="utf-8")
    (folder / "glossary").mkdir(exist_ok=True)
    (folder / "glossary" / f"{locale}.md").write_text(GLOSSARY, encoding="utf-8")
    catalog = catalogs.ReviewedCatalog(locale=locale, domain="bot", project="ucare", version="1", charset="utf-8")
    catalog.fuzzy = False
    for at, (context, msgid) in enumerate(KEYS):
        comments = ["Button: at most 20 characters."] if msgid in LABELS else []
        catalog.add(msgid, texts.get(f"t{at}", ""), auto_comments=comments, context=context)
    catalog.review = header
    path = catalogs.path_of(folder / "locales", locale, "bot")
    catalogs.write(path, catalog)
    return path


def export(folder, name="sheet.csv", *more, locale="nl"):
    out = folder / name
    arguments = ["--locales", str(folder / "locales"), "--flows", str(folder / "flows")]
    glossary = ["--glossary", str(folder / "glossary")]
    assert main(["i18n", "export", locale, "-o", str(out), *arguments, *glossary, *more]) == 0
    return out


def bring(folder, file, *more):
    return main(["i18n", "import", str(file), "--locales", str(folder / "locales"), *more])


def table(file):
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def change(file, number, **given):
    """Change cells of the row with a number (the first text is 0)."""
    found = table(file)
    for name, value in given.items():
        column = next(key for key in found[number] if key.lower().startswith(name))
        found[number][column] = value
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def entry(path, at):
    read_ = catalogs.read(path.parents[2], path.parents[1].name)
    return read_.entries[KEYS[at]]


def test_a_row_tells_where_what_and_how_long(tmp_path):
    make(tmp_path, t0="Mijn voogd")
    found = table(export(tmp_path))
    assert [one["where"] for one in found] == [
        "My guardian › title",
        "My guardian › what is",
        "My guardian › what is › Belgium",
        "My guardian › what is › Belgium › Flanders",
        "My guardian › more",
        "My guardian › more › button",
        "A caseworker says › greeting › hello",
    ]
    assert [one["maximum length"] for one in found] == ["20", "240", "240", "240", "240", "20", "240"]
    assert found[2]["placeholders to keep"] == "{tel_child}"
    assert [bool(one["fixed terms"]) for one in found[:3]] == [True, True, False]
    assert found[0]["fixed terms"] == "guardian = voogd"
    assert [one["state"] for one in found[:2]] == ["draft", "missing"]


@pytest.mark.parametrize(("state", "count"), [("todo", 5), ("draft", 6), ("all", 7)])
def test_only_what_is_wanted_is_exported(tmp_path, state, count):
    path = make(tmp_path, t0="Mijn voogd", t1="Een voogd helpt je.")
    catalog = catalogs.parse(path, "x", "nl")
    review.put(catalog.get(KEYS[0][1], KEYS[0][0]), review.Mark("reviewed", "Eva", dt.date(2026, 1, 1)))
    catalogs.write(path, catalog)
    assert len(table(export(tmp_path, "a.csv", "--state", state))) == count
    assert len(table(export(tmp_path, "b.csv", "--only", "guardian"))) == 6


def test_a_valid_row_is_taken_and_nothing_else_changes(tmp_path, capsys):
    path = make(tmp_path, t0="Mijn voogd", t4="Wat wil je weten?")
    before = path.read_text(encoding="utf-8")
    file = export(tmp_path)
    change(file, 2, translation="Bel vandaag naar {tel_child}.")
    assert bring(tmp_path, file) == 0
    assert "nl: 1 taken, 0 not taken, 6 as they were." in capsys.readouterr().out
    after = path.read_text(encoding="utf-8")
    assert after == before.replace(
        'msgid "Call {tel_child} today."\nmsgstr ""',
        'msgid "Call {tel_child} today."\nmsgstr "Bel vandaag naar {tel_child}."',
    )


@pytest.mark.parametrize(
    ("number", "text", "reason"),
    [
        (2, "Bel vandaag.", "the placeholders differ: {tel_child}"),
        (2, "Bel {tel_child} of {tel_police}.", "the placeholders differ"),
        (2, "Bel {tel_child} {", "the placeholders differ"),
        (0, "Mijn eigen persoonlijke voogd", "it has 29 characters; at most 20"),
        (1, "x" * 241, "it has 241 characters; at most 240"),
        (1, "Een <b>voogd</b>", "it holds markup: <b>"),
        (1, "Een **voogd**", "it holds markup: **"),
        (1, "Een voogd &amp; jij", "it holds markup: &amp;"),
        (1, "Een \u202evoogd", "it holds the hidden sign U+202E"),
        (1, "Een\u200bvoogd", "it holds the hidden sign U+200B"),
        (1, "Een\nvoogd", "it has several lines; the English has one"),
        (4, "", "it is empty; the translation that is there stays"),
    ],
)
def test_an_invalid_row_is_told_with_its_number_and_reason(tmp_path, capsys, number, text, reason):
    path = make(tmp_path, t4="Wat wil je weten?")
    before = path.read_bytes()
    file = export(tmp_path)
    change(file, number, translation=text)
    assert bring(tmp_path, file) == 1
    assert f":{number + 2}: not taken: {reason}" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_valid_rows_are_taken_although_others_are_not(tmp_path, capsys):
    path = make(tmp_path)
    file = export(tmp_path)
    change(file, 0, translation="Mijn voogd")
    change(file, 1, translation="<i>Een voogd</i>")
    assert bring(tmp_path, file) == 1
    assert "1 taken, 1 not taken, 5 as they were" in capsys.readouterr().out
    assert (entry(path, 0).text, entry(path, 1).text) == ("Mijn voogd", "")


def test_english_that_changed_since_is_told(tmp_path, capsys):
    path = make(tmp_path)
    file = export(tmp_path)
    change(file, 1, translation="Een voogd helpt je.")
    change(file, 4, english="What would you like?", translation="Wat wil je?")
    path.write_text(path.read_text(encoding="utf-8").replace("A guardian helps", "A guardian always helps"), "utf-8")
    assert bring(tmp_path, file) == 1
    told = capsys.readouterr().out
    assert ":3: not taken: the English text has changed or is gone since the export" in told
    assert ":6: not taken: the English was changed here" in told


def test_a_translation_that_somebody_else_changed_since_is_not_overwritten(tmp_path, capsys):
    path = make(tmp_path, t0="Mijn voogd", t1="Een voogd helpt.")
    file = export(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Mijn voogd", "De voogd").replace("Een voogd helpt.", "Een voogd helpt je."), "utf-8")
    change(file, 1, translation="Een voogd staat je bij.")
    assert bring(tmp_path, file) == 1
    assert ":3: not taken: the translation was changed in the catalog since" in capsys.readouterr().out
    assert (entry(path, 0).text, entry(path, 1).text) == ("De voogd", "Een voogd helpt je.")


def test_two_rows_about_one_text_and_foreign_ids_are_told(tmp_path, capsys):
    make(tmp_path)
    file = export(tmp_path)
    ids = [one["id (do not change)"] for one in table(file)]
    change(file, 1, id=ids[0])
    change(file, 2, id="7")
    assert bring(tmp_path, file) == 1
    told = capsys.readouterr().out
    assert ":3: not taken: row 2 is about the same text" in told
    assert ":4: not taken: the id is none of ours" in told


def test_a_state_is_raised_with_a_name_and_never_lowered(tmp_path, capsys):
    path = make(tmp_path, t0="Mijn voogd", t1="Een voogd helpt je.")
    file = export(tmp_path)
    change(file, 0, state="reviewed")
    change(file, 4, state="reviewed")
    change(file, 1, state="perfect")
    assert bring(tmp_path, file) == 1
    told = capsys.readouterr().out
    assert ":2: not taken: the state 'reviewed' wants a name" in told
    assert ":6: not taken: there is no translation that could be checked" in told
    assert ":3: not taken: the state 'perfect' is none of" in told
    assert bring(tmp_path, file, "--by", "Chris") == 1
    assert (entry(path, 0).mark.state, entry(path, 0).mark.by) == ("reviewed", "Chris")
    file = export(tmp_path)
    change(file, 0, state="draft")
    assert bring(tmp_path, file) == 0
    assert entry(path, 0).mark.state == "reviewed"


def test_a_new_translation_is_a_draft_unless_somebody_says_otherwise(tmp_path):
    path = make(tmp_path, header="reviewed by Eva", **{f"t{at}": f"tekst {{tel_child}} {at}" for at in range(7)})
    file = export(tmp_path)
    assert table(file)[1]["state"] == "reviewed"
    change(file, 2, translation="andere tekst {tel_child}")
    assert bring(tmp_path, file) == 0
    assert entry(path, 2).mark.state == "draft"
    assert entry(path, 1).mark.by == "Eva"
    assert catalogs.read(tmp_path / "locales", "nl").review == "draft"


def test_a_fuzzy_translation_can_be_confirmed_as_it_is(tmp_path):
    path = make(tmp_path, t1="Een voogd helpt je.")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgctxt "guardian.child/what_is"', '#, fuzzy\nmsgctxt "guardian.child/what_is"'), "utf-8"
    )
    file = export(tmp_path)
    assert table(file)[1]["state"] == "fuzzy"
    assert bring(tmp_path, file) == 0
    assert entry(path, 1).fuzzy
    change(file, 1, state="draft")
    assert bring(tmp_path, file) == 0
    assert (entry(path, 1).good, entry(path, 1).text) == (True, "Een voogd helpt je.")


def test_notes_are_comments_of_translators_and_cannot_forge_a_review(tmp_path, capsys):
    path = make(tmp_path, t0="Mijn voogd")
    file = export(tmp_path)
    change(file, 0, note="Is dit goed?")
    assert bring(tmp_path, file) == 0
    assert "# Is dit goed?\n" in path.read_text(encoding="utf-8")
    file = export(tmp_path)
    assert table(file)[0]["note"] == "Is dit goed?"
    change(file, 0, note="Review: reviewed by me on 2026-01-01 (00000000)")
    assert bring(tmp_path, file) == 1
    assert "a note may not begin like a mark of review" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    path = make(tmp_path)
    before = path.read_bytes()
    file = export(tmp_path)
    change(file, 0, translation="Mijn voogd")
    assert bring(tmp_path, file, "--dry-run") == 0
    assert "1 taken" in capsys.readouterr().out
    assert path.read_bytes() == before


# --- XLSX


def test_the_workbook_is_made_for_translators(tmp_path):
    make(tmp_path, "fa_AF", t0="سرپرست من")
    book = load_workbook(export(tmp_path, "sheet.xlsx", locale="fa_AF"))
    sheet = book.active
    assert (sheet.title, sheet.freeze_panes, sheet.sheet_view.rightToLeft) == ("fa_AF", "A2", True)
    assert sheet.protection.sheet
    head = [cell.value for cell in sheet[1]]
    free = {head[at] for at, cell in enumerate(sheet[2]) if not cell.protection.locked}
    assert free == {"translation fa_AF", "state", "note"}
    assert sheet[2][head.index("translation fa_AF")].alignment.readingOrder == 2
    assert sheet[2][head.index("English (do not change)")].alignment.readingOrder == 1
    assert len(sheet._images) == len(KEYS)
    assert {one.anchor._from.row for one in sheet._images} == set(range(1, len(KEYS) + 1))
    rules = {str(one.sqref): one.type for one in sheet.data_validations.dataValidation}
    assert sorted(rules.values()) == ["list", "textLength"]


def test_a_sheet_of_a_language_from_left_to_right_is_not_turned(tmp_path):
    make(tmp_path)
    sheet = load_workbook(export(tmp_path, "sheet.xlsx", "--no-pictures")).active
    assert not sheet.sheet_view.rightToLeft
    assert not sheet._images
    assert "picture" not in [cell.value for cell in sheet[1]]


def edit(file, cell, value):
    book = load_workbook(file)
    book.active[cell] = value
    book.save(file)


def test_a_formula_is_a_text_and_never_run(tmp_path):
    path = make(tmp_path)
    file = export(tmp_path, "sheet.xlsx", "--no-pictures")
    edit(file, "D3", "=1+1")
    assert bring(tmp_path, file) == 0
    assert entry(path, 1).text == "=1+1"
    again = load_workbook(export(tmp_path, "again.xlsx", "--no-pictures")).active["D3"]
    assert (again.value, again.data_type, again.quotePrefix) == ("=1+1", "s", True)
    with zipfile.ZipFile(tmp_path / "again.xlsx") as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml").replace(b"<formula1>", b"")


@pytest.mark.parametrize("value", [3.5, dt.date(2026, 1, 2), ArrayFormula("D3", "=A1:A2")])
def test_a_number_or_a_date_is_no_text(tmp_path, capsys, value):
    path = make(tmp_path)
    before = path.read_bytes()
    file = export(tmp_path, "sheet.xlsx", "--no-pictures")
    edit(file, "D3", value)
    assert bring(tmp_path, file) in {0, 1}
    told = capsys.readouterr().out
    assert ":3: not taken: a cell is a number" in told or entry(path, 1).text.startswith("=")
    if "not taken" in told:
        assert path.read_bytes() == before


# --- hostile and foreign files


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b"PK\x03\x04nonsense"),
        ("a.xlsx", b""),
        ("a.csv", b"\xff\xfa\x00"),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b'"id (do not change)","English (do not change)","translation nl"\n"x'),
        ("a.csv", b""),
    ],
)
def test_a_file_that_is_no_sheet_of_ours_is_told(tmp_path, capsys, name, data):
    path = make(tmp_path)
    before = path.read_bytes()
    (tmp_path / name).write_bytes(data)
    assert bring(tmp_path, tmp_path / name) == 1
    assert f"{name} " in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_zip_that_is_no_workbook_and_one_that_unpacks_too_large_are_told(tmp_path, capsys):
    make(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("x", "y")
    assert bring(tmp_path, tmp_path / "a.xlsx") == 1
    assert "is no well-formed XLSX file" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(5):
            packed.writestr(f"x{number}", b"\0" * 100_000_000)
    assert bring(tmp_path, tmp_path / "b.xlsx") == 1
    assert "unpacks to more than 400 MB" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_as_spreadsheet_programs_save_it(tmp_path, encoding, separator):
    path = make(tmp_path)
    file = export(tmp_path)
    found = table(file)
    found[1]["translation nl"] = "'s Avonds helpt een voogd, ook jou; “altijd”."
    with file.open("w", encoding=encoding, newline="") as opened:
        writer = csv.DictWriter(opened, list(reversed(found[0])), delimiter=separator)
        writer.writeheader()
        writer.writerows(found)
    assert bring(tmp_path, file) == 0
    assert entry(path, 1).text == "'s Avonds helpt een voogd, ook jou; “altijd”."


def test_a_locale_without_a_catalog_and_a_bad_name_of_a_file_are_told(tmp_path, capsys):
    make(tmp_path)
    given_ = ["--locales", str(tmp_path / "locales"), "--flows", str(tmp_path / "flows")]
    assert main(["i18n", "export", "fr", "-o", str(tmp_path / "x.csv"), *given_]) == 1
    assert "There is no catalog of 'fr'; there are nl." in capsys.readouterr().out
    assert main(["i18n", "export", "nl", "-o", str(tmp_path / "x.ods"), *given_]) == 1
    assert "name it .xlsx or .csv" in capsys.readouterr().out


# --- round trips

ODD = ["=1+1", "+31", "-", "@x", "'=1", "''-x", "'s avonds", "'", " a ", "\ta", "112", "TRUE", "1e5", "_x000D_"]
SIGNS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff") | st.just("\n")
TEXTS = st.text(SIGNS, min_size=1, max_size=40) | st.sampled_from(ODD)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=7, max_size=7), kind=st.sampled_from(["csv", "xlsx"]))
def test_what_is_exported_and_brought_back_unchanged_changes_no_byte(tmp_path, texts, kind):
    path = make(tmp_path, **{f"t{at}": text for at, text in enumerate(texts)})
    found = {"bot": catalogs.parse(path, "x", "nl")}
    written = list(rows.rows(found["bot"], "bot", {}, ()))
    file = tmp_path / f"sheet.{kind}"
    try:
        (write_csv(file, written, "nl") if kind == "csv" else write_xlsx(file, written, "nl", pictures=False))
    except CatalogError:
        assert kind == "xlsx"
        return
    done = take(read(file).lines, found, review.NONE)
    assert (done.changed, done.refused, done.unchanged) == ({}, [], 7)
    before = path.read_bytes()
    catalogs.write(path, found["bot"])
    assert path.read_bytes() == before


@given(TEXTS)
def test_no_cell_of_a_csv_file_is_run_and_every_text_comes_back(text):
    assert cells.unguard(cells.guard(text)) == text
    assert not cells.guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "sign"),
    [("a <b", ""), ("</p>", "</p>"), ("&#39;", "&#39;"), ("[x](y)", "]("), ("3 < 5 > 2", ""), ("R&D", "")],
)
def test_markup(text, sign):
    assert markup(text) == sign


@pytest.mark.parametrize(
    ("text", "sign"), [("می\u200cخواهم", ""), ("👨\u200d👩\u200d👧", ""), ("\ufeffa", "U+FEFF"), ("a\u00adb", "U+00AD")]
)
def test_hidden_signs(text, sign):
    assert hidden(text) == sign


def test_a_picture_shows_the_text_among_its_neighbours():
    plain = scenes.Scene("x", "This one.", "Before.", ("First.", "This one."), ("Yes", "No"))
    other = scenes.Scene("x", "First.", "Before.", ("First.", "This one."), ("Yes", "No"))
    data, width, height = picture.draw(plain)
    shown = Image.open(io.BytesIO(data)).convert("RGB")
    assert shown.size == (width * picture.SCALE, height * picture.SCALE)
    marked = tuple(int(picture.COLOURS["mark"][at : at + 2], 16) for at in (1, 3, 5))
    lines = {y for y in range(shown.height) for x in range(0, shown.width, 7) if shown.getpixel((x, y)) == marked}
    assert lines
    assert picture.draw(other)[0] != data
    long = scenes.Scene("x", "a " * 2000, lines=("a " * 2000,))
    assert picture.draw(long)[2] == picture.MOST
