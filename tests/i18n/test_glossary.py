from __future__ import annotations

import pytest

from bot.config import ROOT
from bot.i18n import catalogs, glossary

TABLE = """# Glossary

| English | term | remark |
| --- | --- | --- |
| **guardian** | الوصي، وصيّك | with shadda |
| foster family | Pflegefamilie | |
| age check; check (GR) | Altersprüfung oder Test (kurz) | |

Words | elsewhere | are no row
"""


def term(*terms, english=("x",)):
    return glossary.Term(english, terms, "", True, 1)


def test_rows_are_parsed_and_bold_ones_are_fixed():
    found = glossary.parse(TABLE)
    assert [(one.english, one.terms, one.fixed, one.line) for one in found] == [
        (("guardian",), ("الوصي", "وصيّك"), True, 5),
        (("foster family",), ("Pflegefamilie",), False, 6),
        (("age check", "check"), ("Altersprüfung", "Test"), False, 7),
    ]
    assert str(found[1]) == "foster family = Pflegefamilie"


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("A guardian helps.", ["guardian"]),
        ("Two Guardians, please.", ["guardian"]),
        ("Your guardian’s letter", ["guardian"]),
        ("Guardianship is long.", []),
        ("The safeguardian", []),
        ("Foster families, age checks", ["age check"]),
    ],
)
def test_terms_are_found_in_english(english, expected):
    assert [one.english[0] for one in glossary.occurring(glossary.parse(TABLE), english)] == expected


@pytest.mark.parametrize(
    ("one", "text", "expected"),
    [
        (term("voogd"), "Je voogd helpt.", True),
        (term("voogd"), "Je jeugdbeschermer helpt.", False),
        (term("Vormund"), "Zwei Vormünder", True),
        (term("Pflegefamilie"), "in Pflegefamilien", True),
        (term("επίτροπος"), "τον επίτροπό σου, του επιτρόπου", True),
        (term("الوصي"), "اسأل وصيّك", True),
        (term("المحامي"), "للمحامي", True),
        (term("اللجوء"), "قرار لجوئك", True),
        (term("مرکه"), "مرکې ته ځي", True),
        (term("سرپرست"), "سرپرستت", True),
        (term("famille d’accueil"), "une famille d’accueil", True),
        (term("famille d’accueil"), "une famille", False),
    ],
)
def test_a_term_is_found_inflected(one, text, expected):
    assert glossary.uses(one, text) is expected


@pytest.mark.parametrize("locale", catalogs.locales(ROOT / "locales"))
def test_every_locale_fixes_what_a_guardian_is_called(locale):
    fixed = {one for term in glossary.read(locale) if term.fixed for one in term.english}
    assert {"guardian", "foster family", "asylum", "lawyer", "interpreter", "interview"} <= fixed


def test_a_locale_without_a_glossary_has_no_terms(tmp_path):
    assert glossary.read("sq", tmp_path) == ()
