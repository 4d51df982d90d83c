"""How every page looks: axe finds nothing, nothing is cut off; light and dark, three widths, English and Arabic.

A page without an entry here fails. ``PAGES`` is also what the gallery shows (``gallery.py``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.routing import Route

from tests.console.stage import COOKIE, Stage
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1280, 820, 360)
HEIGHTS = {1280: 800, 820: 1100, 360: 740}
OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass(frozen=True)
class Look:
    """A page, who looks at it, and what is done before it is looked at."""

    route: str
    address: str = ""
    by: str = "noor"
    """Empty: nobody is signed in."""
    click: tuple[str, ...] = field(default=())
    """Selectors that are clicked, if they can be seen."""
    status: int = 200


PAGES: dict[str, Look] = {
    "queue": Look("/console/queue", "/console/queue?all=1"),
    "queue-filtered": Look("/console/queue", "/console/queue?topic=school&owner=me"),
    "keys": Look("/console/queue", "/console/queue?all=1", click=(".help",)),
    "menu": Look("/console/queue", "/console/queue?all=1", click=(".me",)),
    "case": Look("/console/cases/{id:str}", "/console/cases/c4"),
    "case-new": Look("/console/cases/{id:str}", "/console/cases/c1"),
    "case-outline": Look("/console/cases/{id:str}", "/console/cases/c2", by="carla"),
    "phrases": Look("/console/cases/{id:str}/phrases", "/console/cases/c1/phrases"),
    "gone": Look("/console/cases/{id:str}", "/console/cases/none", status=404),
    "sign-in": Look("/console/sign-in", "/console/sign-in", by=""),
    "welcome": Look("/console/welcome/{token:str}", "/console/welcome/unknown", by="", status=404),
    "offline": Look("/console/offline", "/console/offline", by=""),
    "missing": Look("", "/console/nowhere", status=404),
    "forbidden": Look("", "/console/queue", by="ada", status=403),
}

OTHERS = {
    "/health/live", "/", "/console", "/console/events", "/console/now", "/console/sw.js", "/welcome/{token:str}",
}  # fmt: skip
"""What is no page: data, redirects, files."""
REST = ("/flows", "/export")
"""How the address of such a thing ends."""


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def served(stage) -> Iterator[Served]:
    with Served(stage.app()) as served:
        served.call(stage.fill())
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=args)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser, served, stage) -> Iterator[dict[tuple[str, str, str], BrowserContext]]:
    made: dict[tuple[str, str, str], BrowserContext] = {}
    yield made
    for one in made.values():
        one.close()


def looked_at(browser, served, stage, contexts, look: Look, theme: str, locale: str) -> tuple[Page, list[str]]:
    """Open a page as somebody, in a theme and a language; return it with what went wrong in it."""
    key = (look.by, theme, locale)
    if key not in contexts:
        contexts[key] = browser.new_context(
            color_scheme=theme, locale=locale, reduced_motion="reduce", service_workers="block"
        )
        if look.by:
            token = served.call(stage.token(look.by))
            contexts[key].add_cookies([{"name": COOKIE, "value": token, "url": served.url + "/console"}])
    page = contexts[key].new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHTS[WIDTHS[0]]})
    answer = page.goto(served.url + look.address)
    assert answer.status == look.status
    for selector in look.click:
        if page.locator(selector).first.is_visible():
            page.locator(selector).first.click()
    return page, errors


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_open_to_everybody(browser, served, stage, contexts, name, theme, locale):
    look = PAGES[name]
    page, errors = looked_at(browser, served, stage, contexts, look, theme, locale)
    faults = []
    try:
        page.evaluate(Axe().axe_script)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                faults.append(f"{width}: {wide} px wide")
            found = page.evaluate("options => axe.run(options)", OPTIONS)["violations"]
            for one in found:
                where = [" ".join(node["target"]) for node in one["nodes"]][:4]
                faults.append(f"{width}: {one['id']}: {one['help']} {where} {one['nodes'][0]['any'][:1]}")
        if os.environ.get("LOOK_AT"):
            page.screenshot(path=f"{os.environ['LOOK_AT']}/{name}-{theme}-{locale[:2]}.png")
    finally:
        page.close()
    assert errors == []
    assert faults == []


def test_every_page_has_an_entry(stage):
    pages = {
        one.path for one in stage.app().routes if isinstance(one, Route) and "GET" in one.methods
    } - OTHERS  # fmt: skip
    missing = {path for path in pages if not path.endswith(REST)} - {look.route for look in PAGES.values()}
    assert missing == set(), "Give each page an entry in PAGES, or say in OTHERS that it is none."
