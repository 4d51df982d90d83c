from __future__ import annotations

import pytest

from bot.config import ROOT
from bot.i18n import catalogs, templates
from bot.i18n.state import keys


@pytest.mark.parametrize("domain", catalogs.DOMAINS)
def test_the_template_holds_just_what_is_said_now(domain):
    path = templates.template_path(ROOT / "locales", domain)
    now = set(keys(templates.extract(ROOT, ROOT / "locales", domain)))
    assert set(keys(catalogs.parse(path, path.name))) == now, "run `ucare i18n update`"


def test_every_page_has_texts_in_the_template():
    found = set(keys(templates.extract(ROOT, ROOT / "locales", catalogs.CONSOLE)))
    for msgid in ("Write here…", "Queue", "The two passwords are not the same.", "foster care", "Choose a colleague."):
        assert ("", msgid) in found
