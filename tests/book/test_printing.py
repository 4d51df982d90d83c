"""The book in a real browser: as PDF, and on a screen."""

from __future__ import annotations

import pytest

from bot.book import printing


def test_without_a_browser_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "BROWSERS", ("no-such-browser",))
    with pytest.raises(printing.PrintError, match="apt install chromium"):
        printing.pdf("<p>", tmp_path / "book.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.browser
@pytest.mark.slow
def test_a_pdf_is_made(html, tmp_path):
    target = tmp_path / "book.pdf"
    printing.pdf(html("fa_AF", "guardian"), target)
    data = target.read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") > 5
    assert [path.name for path in tmp_path.iterdir()] == ["book.pdf"]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en", "fa_AF"])
def test_on_paper_numbers_bubbles_and_boxes_stand_in_their_columns(chromium, html, locale):
    page = chromium.new_page(viewport={"width": 794, "height": 1123})
    page.emulate_media(media="print")
    page.set_content(html(locale, "guardian"))
    row = page.locator(".chapter .row:has(.mark .tick)").first
    number, bubble, mark = (row.locator(name).first.bounding_box()["x"] for name in (".n", ".b", ".mark"))
    assert (number < bubble < mark) if locale == "en" else (number > bubble > mark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 794
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll('.row')].filter(row => {
            const [b, m] = ['.b', '.mark'].map(name => row.querySelector(name)?.getBoundingClientRect());
            return b && m && m.width && b.left < m.right - 1 && m.left < b.right - 1;
        }).length"""
    )
    assert overlapping == 0
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_on_a_screen_the_english_can_be_switched_off(chromium, html):
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.set_content(html("ar", "guardian"))
    english = page.locator(".chapter .b .en").first
    assert english.is_visible()
    page.get_by_label("none").check()
    assert not english.is_visible()
    page.get_by_label("beside").check()
    assert english.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
