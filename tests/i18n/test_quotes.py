from __future__ import annotations

import pytest

from bot.i18n.quotes import OWN, quotes, wrong


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en", "Write “hide” here. It’s fine, the carers’ too.", ""),
        ("en", 'Write "hide" here.', '"'),
        ("en", "Write «hide».", "«"),
        ("nl", "'s Avonds en 's nachts: “verberg”", ""),
        ("nl", "Schrijf „verberg“.", "„"),
        ("nl", "Schrijf “verberg.", "”"),
        ("de", "Schreib „verstecken“ und ‚ja‘.", ""),
        ("de", "Schreib “verstecken”.", "“"),
        ("fr", "Écris «\u00a0cache\u00a0».", ""),
        ("fr", "Écris « cache ».", "«"),
        ("fr", "Écris «\u00a0cache ».", "»"),
        ("fr", "Qu’est-ce que c’est ?", ""),
        ("el", "Γράψε «κρύψε» σ’ εμάς.", ""),
        ("el", "Γράψε “κρύψε”.", ""),
        ("ar", "اكتب «إخفاء».", ""),
        ("ar", "اكتب “إخفاء«.", "»"),
        ("fa_AF", "بنویس «پنهان»", ""),
        ("fa_AF", "بنویس “پنهان”", "“"),
        ("ps", 'ولیکه "پټ"', '"'),
        ("en_XA", "[Ŵŕîţé “ĥîðé”]", ""),
    ],
)
def test_marks_of_another_language_are_found(locale, text, expected):
    assert wrong(text, locale) == expected


def test_a_locale_that_is_not_known_has_english_marks():
    assert quotes("sq") == quotes("en")
    assert all(len(pairs) >= 2 for pairs in OWN.values())
