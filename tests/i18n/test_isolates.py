"""What a contact sees: the signs in the order in which a real browser puts them on the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.isolates import LRI, PDI
from bot.i18n.writing import isolate

SHOWN = [
    # locale, text, and the signs from left to right; brackets as they are stored (the screen mirrors them)
    ("ar", "اتصل 078 15 43 24 الآن", "نآلا 078 15 43 24 لصتا"),
    ("fa_AF", "زنگ بزن: +32 (0)2 123/45.67", "+32 (0)2 123/45.67 :نزب گنز"),
    ("ar", "الرقم (112) مجاني", "يناجم )112( مقرلا"),
    ("ar", "هاتف 116 111 (24/7)", ")24/7( 116 111 فتاه"),
    ("fa_AF", "حساب 2+1 است", "تسا 2+1 باسح"),
    ("ar", "نصف 1/2 كوب", "بوك 1/2 فصن"),
    ("ps", "Jugendamt (اداره)", ")هرادا( Jugendamt"),
    ("fa_AF", "اداره (Jugendamt) است", "تسا )Jugendamt( هرادا"),
    ("ar", "من BumF e.V. هنا", "انه BumF e.V. نم"),
    ("ar", "اسأل Child Focus.", ".Child Focus لأسا"),
    ("fa_AF", "OCMW یا CPAS، بعد از 18", "18 زا دعب ،CPAS ای OCMW"),
    ("ar", "العمر 10-12 سنة", "ةنس 12-10 رمعلا"),
    ("fa_AF", "ساعت 14:00-20:00 باز", "زاب 14:00-20:00 تعاس"),
    ("ar", "اكتب LGBTIQ+ هنا", "انه LGBTIQ+ بتكا"),
    ("ps", "https://example.org/a?b=1 وګوره", "هروګو https://example.org/a?b=1"),
    ("ar", "3Arts وB&B", "B&Bو 3Arts"),
    ("ar", "زيادة 10% فقط", "طقف 10% ةدايز"),
    ("fa_AF", "116 111", "116 111"),
    ("ar", "Call Child Focus (116 000).", "Call Child Focus (116 000)."),
    ("ar", "«Mensch» كلمة", "ةملك »Mensch«"),
]
ORDER = """text => {
  const box = document.getElementById("box");
  box.textContent = text;
  const node = box.firstChild, signs = [];
  for (let at = 0; at < text.length; at += 1) {
    if (/[\\u2066-\\u2069]/.test(text[at])) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const rect = range.getBoundingClientRect();
    signs.push([rect.left + rect.width / 2, text[at]]);
  }
  return signs.sort((a, b) => a[0] - b[0]).map((one) => one[1]).join("");
}"""


@pytest.fixture(scope="module")
def screen(chromium):
    page = chromium.new_page(viewport={"width": 900, "height": 200})
    page.set_content('<meta charset="utf-8"><p dir="rtl" style="font: 20px sans-serif"><span id="box"></span></p>')
    return page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("locale", "text", "expected"), SHOWN)
def test_a_browser_shows_every_run_in_order(screen, locale, text, expected):
    assert screen.evaluate(ORDER, isolate(text, locale)) == expected


@pytest.mark.browser
@pytest.mark.slow
def test_without_isolates_it_would_be_wrong(screen):
    wrong = [text for _, text, expected in SHOWN if screen.evaluate(ORDER, text) != expected]
    assert len(wrong) >= 8


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("ar", "رقم {tel_child} (112)", "رقم {tel_child} (<112>)"),
        ("ar", "رقم <078 15> و 116 000", "رقم <078 15> و <116 000>"),
        ("ar", "اسأل Jugendamt، أو Child Focus!", "اسأل <Jugendamt>، أو <Child Focus>!"),
        ("ar", "بعد 5 أيام", "بعد 5 أيام"),
        ("fa_AF", "Hello, how are you?", "<Hello, how are you?>"),
        ("fa_AF", "سلام\nPlease call 112.", "سلام\n<Please call 112.>"),
        ("ar_XB", "رقم 112", "رقم <112>"),
        ("ar", "درجة 25°C اليوم", "درجة <25°C> اليوم"),
        ("nl", "Bel 078 15 43 24", "Bel 078 15 43 24"),
        ("xx", "112", "112"),
        ("ar", "mail@example.org: اكتب", "<mail@example.org>: اكتب"),
    ],
)
def test_just_the_runs_are_set_apart(locale, text, expected):
    marked = text.replace("<", LRI).replace(">", PDI)
    assert isolate(marked, locale) == expected.replace("<", LRI).replace(">", PDI)


SIGNS = st.text(alphabet="ابجد۱۲٣ Aé1290.,:/+-–()%&'’«»{}\n\u2066\u2069\u200c😀", max_size=40)


@given(SIGNS, st.sampled_from(["ar", "fa_AF", "ps", "ur"]))
def test_nothing_is_lost_or_doubled_and_every_mark_is_closed(text, locale):
    clean = text.replace(LRI, "").replace(PDI, "")
    once = isolate(clean, locale)
    assert once.replace(LRI, "").replace(PDI, "") == clean
    assert isolate(once, locale) == once
    for line in once.split("\n"):
        depth = 0
        for sign in line:
            depth += (sign == LRI) - (sign == PDI)
            assert depth in {0, 1}
        assert depth == 0
    assert isolate(text, locale).replace(LRI, "").replace(PDI, "") == clean
