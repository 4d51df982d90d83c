"""The overview in a real browser: widths, themes, directions, and what axe finds."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.console.overviews import World
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURES = os.environ.get("UCARE_PICTURES", "")
SIZES = {"desk": (1280, 900), "tablet": (820, 1180), "phone": (375, 780)}


def waiting(world: World, *found: tuple[str, str, str]) -> None:
    case = next(iter(world.escalations.cases.values()))
    now = world.clock.now()
    for at, (level, locale, owner) in enumerate(found):
        world.escalations.cases[f"now-{at}"] = msgspec.structs.replace(
            case, id=f"now-{at}", level=level, locale=locale, opened_at=now - 400_000 * (at + 1),
            due_at=now + 500_000 - 60_000 * at, state="assigned" if owner else "waiting", assignee=owner,
            resolved_at=0, taken_at=0, answered_at=0, country="GR",
        )  # fmt: skip


@pytest.fixture(scope="module")
def served():
    world = World(many=2600, weeks=14)
    levels = ["T0", "T1", "T1", *["T2"] * 6, *["T3"] * 9]
    waiting(world, *[(level, "ar" if at % 3 else "ps", "") for at, level in enumerate(levels)],
            ("T1", "ar", "noor"), ("T2", "ar", "noor"), ("T3", "fr", "sam"))  # fmt: skip
    with Served(world.app()) as served:
        yield served


@pytest.fixture
def opened(chromium, served):
    contexts, errors = [], []

    def enter(size="desk", scheme="light", locale="en-GB", query=""):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        page.goto(f"{served.url}/console/overview?{query}")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


def shot(page, name: str) -> None:
    for picture in page.locator("main img").all():
        picture.scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('main img')].every((one) => one.complete)")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_all_is_there_fits_and_can_be_read(opened, size, scheme, locale):
    page = opened(size, scheme, locale)
    expect(page.locator(".tile.T0").first).to_be_visible()
    shot(page, f"overview-{size}-{scheme}-{locale[:2]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert page.evaluate("[...document.querySelectorAll('main img')].every((one) => one.naturalWidth > 0)")
    drawn = page.evaluate("[...document.querySelectorAll('main img')].map((one) => one.currentSrc)")
    assert all(f"theme={scheme}" in one for one in drawn)
    assert all(("narrow=1" in one) == (size == "phone") for one in drawn)
    for part in page.locator("summary").all():
        part.click()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []


def test_choose_a_country_and_a_month_by_keyboard(opened):
    page = opened()
    page.get_by_label("Place").select_option(label="Greece")
    month = page.locator("optgroup[label=Months] option").first.get_attribute("value")
    page.get_by_label("Time").select_option(value=month)
    page.get_by_role("button", name="Show", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Place")).to_have_value("GR")
    expect(page.get_by_label("Time")).to_have_value(month)
    expect(page.get_by_role("heading", name="Countries")).to_have_count(0)


def test_file_is_saved(opened):
    page = opened()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as XLSX").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
