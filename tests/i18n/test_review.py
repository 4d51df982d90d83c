from __future__ import annotations

import datetime as dt
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CatalogError
from bot.i18n import catalogs, marking, review, templates
from bot.i18n.commands import main

DAY = dt.date(2026, 11, 25)
PO = """# What contacts read.
msgid ""
msgstr ""
"Language: nl\\n"
"PO-Revision-Date: 2026-11-20 10:00+0000\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"X-Review: {review}\\n"

# a word of the translator
msgctxt "guardian.child/what"
msgid "A guardian helps you."
msgstr "Een voogd helpt je."

msgctxt "school.child/what"
msgid "You may go to school."
msgstr "Je mag naar school."
"""


def make(folder, header="draft", text=PO):
    path = catalogs.path_of(folder, "nl", "bot")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(review=header), encoding="utf-8")
    return path


def run(folder, *arguments):
    return main(["i18n", "mark", *arguments, "--locales", str(folder)])


def states(folder):
    return {msgid: entry.mark.state for (_, msgid), entry in catalogs.read(folder, "nl").entries.items()}


def template(*messages):
    catalog = catalogs.ReviewedCatalog(domain="bot")
    for context, msgid in messages:
        catalog.add(msgid, context=context)
    return catalog


def test_a_mark_says_who_and_when_and_stands_in_the_file(tmp_path):
    path = make(tmp_path)
    assert run(tmp_path, "nl", "back-checked", "--by", "Anna  B.", "--on", "2026-11-25") == 0
    assert run(tmp_path, "nl", "reviewed", "--by", "Chris", "--on", "2026-11-26", "--only", "guardian") == 0
    text = path.read_text(encoding="utf-8")
    assert "# a word of the translator\n# Review: reviewed by Chris on 2026-11-26 (" in text
    assert "# Review: back-checked by Anna B. on 2026-11-25 (" in text
    assert '"X-Review: back-checked\\n"' in text
    marks = [str(mark) for mark in catalogs.read(tmp_path, "nl").marks]
    assert marks == ["reviewed by Chris on 2026-11-26", "back-checked by Anna B. on 2026-11-25"]
    assert catalogs.read(tmp_path, "nl").draft


def test_a_catalog_is_reviewed_when_all_of_it_is_and_names_everybody(tmp_path):
    make(tmp_path)
    run(tmp_path, "nl", "reviewed", "--by", "Chris", "--only", "guardian.child")
    assert catalogs.read(tmp_path, "nl").review == "draft"
    run(tmp_path, "nl", "reviewed", "--by", "Dara", "--only", "school")
    read = catalogs.read(tmp_path, "nl")
    assert (read.review, read.draft) == ("reviewed by Chris, Dara", False)
    run(tmp_path, "nl", "draft", "--only", "school")
    assert catalogs.read(tmp_path, "nl").draft


def test_back_checking_never_lowers_a_review(tmp_path, capsys):
    make(tmp_path)
    run(tmp_path, "nl", "reviewed", "--by", "Chris", "--only", "guardian")
    capsys.readouterr()
    run(tmp_path, "nl", "back-checked", "--by", "Anna")
    assert "1 texts are back-checked; 1 were reviewed already" in capsys.readouterr().out
    assert list(states(tmp_path).values()) == ["reviewed", "back-checked"]


def test_whoever_changes_a_translation_makes_it_a_draft(tmp_path):
    path = make(tmp_path)
    run(tmp_path, "nl", "reviewed", "--by", "Chris")
    path.write_text(path.read_text(encoding="utf-8").replace("Je mag naar", "Jij mag naar"), encoding="utf-8")
    read = catalogs.read(tmp_path, "nl")
    changed = read.entries["school.child/what", "You may go to school."].mark
    assert (changed.state, changed.changed, changed.by) == ("draft", True, "Chris")
    assert read.draft
    assert read.entries["guardian.child/what", "A guardian helps you."].mark.state == "reviewed"


def test_update_keeps_what_was_checked_and_makes_changed_english_a_draft(tmp_path):
    path = make(tmp_path)
    run(tmp_path, "nl", "back-checked", "--by", "Anna")
    catalog = catalogs.parse(path, "bot.po", "nl")
    again = templates.update(
        catalog,
        template(("guardian.child/what", "A guardian helps you."), ("school.child/what", "You may go to a school.")),
    )
    catalogs.write(path, catalog)
    assert (again, catalog.review) == (True, "draft")
    assert states(tmp_path) == {"A guardian helps you.": "back-checked", "You may go to a school.": "draft"}
    text = path.read_text(encoding="utf-8").replace("#, fuzzy\n", "")
    path.write_text(text, encoding="utf-8")  # what Poedit does when somebody says that it is right
    assert states(tmp_path)["You may go to a school."] == "draft"


@pytest.mark.parametrize(("header", "mark"), [("reviewed by Eva", "reviewed by Eva"), ("back-checked", "back-checked")])
def test_a_header_holds_for_texts_without_a_mark_and_is_not_lost_with_the_next_text(tmp_path, header, mark):
    path = make(tmp_path, header)
    assert str(catalogs.read(tmp_path, "nl").marks[0]) == mark
    catalog = catalogs.parse(path, "bot.po", "nl")
    assert templates.update(
        catalog, template(("guardian.child/what", "A guardian helps you."), ("new.child/what", "Something quite new."))
    )
    catalogs.write(path, catalog)
    read = catalogs.read(tmp_path, "nl")
    assert read.review == "draft"
    entry = read.entries["guardian.child/what", "A guardian helps you."]
    assert (entry.mark.state, entry.mark.on) == (mark.split()[0], dt.date(2026, 11, 20))


def test_empty_and_fuzzy_texts_cannot_be_marked(tmp_path):
    make(tmp_path, text=PO.replace("Een voogd helpt je.", "").replace('msgctxt "school', '#, fuzzy\nmsgctxt "school'))
    assert run(tmp_path, "nl", "reviewed", "--by", "Chris") == 1
    assert set(states(tmp_path).values()) == {"draft"}


@pytest.mark.parametrize("name", ["", "   ", "a\u202eb", "x" * 51])
def test_who_checked_it_has_a_name(tmp_path, name, capsys):
    before = make(tmp_path).read_bytes()
    assert run(tmp_path, "nl", "reviewed", "--by", name) == 1
    assert "The name of who checked it" in capsys.readouterr().out
    assert make(tmp_path).read_bytes() == before


def test_an_unknown_locale_is_told(tmp_path, capsys):
    make(tmp_path)
    assert run(tmp_path, "fr", "draft") == 1
    assert "There is no locale 'fr'; there are nl." in capsys.readouterr().out


@pytest.mark.parametrize(
    "comment", ["Review: reviewed by me", "Review: reviewed by me on 2026-13-01 (00000000)", "Review: fine"]
)
def test_what_was_written_by_hand_is_not_believed(tmp_path, comment):
    make(tmp_path, "reviewed by Eva", PO.replace("# a word", f"# {comment}\n# a word"))
    assert states(tmp_path)["A guardian helps you."] == "draft"


def _fits(name):
    try:
        return review.checked_name(name) == name
    except CatalogError:
        return False


NAMES = st.text(min_size=1, max_size=50).filter(_fits)


@given(by=NAMES, day=st.dates(dt.date(2020, 1, 1)), state=st.sampled_from(["back-checked", "reviewed"]))
def test_every_mark_is_read_as_it_was_written(tmp_path_factory, by, day, state):
    folder = tmp_path_factory.getbasetemp() / "marks"
    path = make(folder)
    catalog = catalogs.parse(path, "bot.po", "nl")
    marking.mark(catalog, review.Mark(state, by, day))
    catalogs.write(path, catalog)
    once = path.read_bytes()
    catalogs.write(path, catalogs.parse(path, "bot.po", "nl"))
    assert path.read_bytes() == once
    assert {(m.state, m.by, m.on) for m in catalogs.read(folder, "nl").marks} == {(state, by, day)}


@pytest.mark.skipif(not shutil.which("msgmerge"), reason="gettext's own tools are not installed")
def test_gettexts_own_merge_keeps_the_marks(tmp_path):
    path = make(tmp_path)
    run(tmp_path, "nl", "reviewed", "--by", "Chris")
    pot = tmp_path / "bot.pot"
    catalogs.write(pot, template(*catalogs.read(tmp_path, "nl").entries))
    subprocess.run(["msgmerge", "-q", "-U", str(path), str(pot)], check=True)
    assert set(states(tmp_path).values()) == {"reviewed"}
