from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog

from bot.errors import CatalogError
from bot.i18n import catalogs, templates

PO = """msgid ""
msgstr ""
"Language: nl\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"X-Review: {review}\\n"

# a word of the translator
msgctxt "menu"
msgid "Menu"
msgstr "Menu"

#, fuzzy
msgctxt "a/b"
msgid "Hello, child."
msgstr "Hallo, kind."

msgctxt "a/c"
msgid "Good night."
msgstr ""
"""


def make(folder, review="reviewed by Somebody", text=PO):
    path = catalogs.path_of(folder, "nl", "bot")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(review=review), encoding="utf-8")
    return path


def template(*messages):
    catalog = Catalog(domain="bot")
    for context, msgid in messages:
        catalog.add(msgid, context=context)
    return catalog


def test_only_translations_that_may_be_shown_are_texts(tmp_path):
    make(tmp_path)
    read = catalogs.read(tmp_path, "nl")
    assert read.texts() == {("menu", "Menu"): "Menu"}
    assert read.entries["a/b", "Hello, child."].fuzzy
    assert read.entries["menu", "Menu"].line == 9


@pytest.mark.parametrize(
    ("review", "draft", "known"),
    [
        ("draft", True, True),
        ("back-checked", True, True),
        ("reviewed by Somebody", False, True),
        ("reviewed by", True, False),
        ("fine", True, False),
    ],
)
def test_review_says_whether_it_is_a_draft(tmp_path, review, draft, known):
    make(tmp_path, review)
    read = catalogs.read(tmp_path, "nl")
    assert (read.draft, catalogs.is_state(read.review)) == (draft, known)


def test_a_catalog_without_the_header_is_a_draft(tmp_path):
    make(tmp_path, text='msgid ""\nmsgstr ""\n')
    assert catalogs.read(tmp_path, "nl").review == "draft"


def test_writing_keeps_the_review_comments_and_every_text(tmp_path):
    path = make(tmp_path)
    catalogs.write(path, catalogs.parse(path, "bot.po", "nl"))
    once = path.read_bytes()
    catalogs.write(path, catalogs.parse(path, "bot.po", "nl"))
    assert path.read_bytes() == once
    assert b'"X-Review: reviewed by Somebody\\n"' in once
    assert b"# a word of the translator" in once
    assert b"EMAIL@ADDRESS" not in once


def test_a_fault_names_file_and_line(tmp_path):
    make(tmp_path, text='msgid ""\nmsgstr ""\n\nmsgid "a"\nnonsense\n')
    with pytest.raises(CatalogError, match=r"/LC_MESSAGES/bot\.po:5: is no well-formed PO file"):
        catalogs.read(tmp_path, "nl")


def test_update_empties_new_marks_changed_and_keeps_the_rest(tmp_path):
    path = make(tmp_path)
    catalog = catalogs.parse(path, "bot.po", "nl")
    again = templates.update(catalog, template(("menu", "Menu"), ("a/b", "Hello, little child."), ("a/d", "Quite new")))
    assert again
    assert catalog.review == "draft"
    assert catalog.get("Menu", "menu").string == "Menu"
    assert catalog.get("Hello, little child.", "a/b").string == "Hallo, kind."
    assert catalog.get("Hello, little child.", "a/b").fuzzy
    assert not catalog.get("Quite new", "a/d").string
    buffer = io.BytesIO()
    catalogs.write(path, catalog)
    buffer.write(path.read_bytes())
    assert b'"X-Review: draft\\n"' in buffer.getvalue()


def test_update_without_anything_new_keeps_the_review(tmp_path):
    path = make(tmp_path)
    catalog = catalogs.parse(path, "bot.po", "nl")
    assert not templates.update(catalog, template(("menu", "Menu")))
    assert catalog.review == "reviewed by Somebody"
