from __future__ import annotations

import pytest

from bot.asgi import Texts
from bot.config import ROOT
from bot.errors import CatalogError
from bot.i18n import catalogs
from bot.i18n.pages import PageTexts, page_texts


def folder(tmp_path, **locales):
    (tmp_path / "console.pot").write_text('msgid "Send"\nmsgstr ""\n\nmsgid "Queue"\nmsgstr ""\n', encoding="utf-8")
    for locale, texts in locales.items():
        path = catalogs.path_of(tmp_path, locale, "console")
        path.parent.mkdir(parents=True)
        lines = [f'msgid "{msgid}"\nmsgstr "{text}"\n' for msgid, text in texts.items()]
        path.write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + "\n".join(lines), encoding="utf-8"
        )
    return tmp_path


def test_whole_catalogs_are_offered_english_first(tmp_path):
    texts: Texts = page_texts(
        folder(tmp_path, nl={"Send": "Verstuur", "Queue": "Rij"}, ar={"Send": "أرسل", "Queue": "الدور"})
    )
    assert list(texts.locales) == ["en", "ar", "nl"]
    assert texts.gettext("nl", "Send") == "Verstuur"
    assert texts.gettext("en", "Send") == "Send"
    assert texts.gettext("nl", "Unknown") == "Unknown"
    assert texts.rtl("ar")
    assert not texts.rtl("nl")


def test_a_catalog_with_holes_is_not_offered_so_that_no_english_comes_by_surprise(tmp_path):
    texts = page_texts(folder(tmp_path, nl={"Send": "Verstuur"}, fr={"Send": "Envoyer", "Queue": ""}))
    assert list(texts.locales) == ["en"]
    assert texts.gettext("nl", "Send") == "Send"


def test_without_its_template_nothing_can_be_said(tmp_path):
    with pytest.raises(CatalogError, match=r"console\.pot"):
        page_texts(tmp_path)


def test_without_catalogs_there_is_english():
    assert list(PageTexts({}, ["Send"]).locales) == ["en"]


def test_the_real_folder_can_be_read():
    assert page_texts(ROOT / "locales").locales[0] == "en"
