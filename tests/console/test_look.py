"""How every page looks: axe finds nothing, nothing is cut off; light and dark, three widths, English and Arabic.

A page without an entry here fails. ``PAGES`` is also what the gallery shows (``gallery.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from starlette.routing import Route

from tests.console.realstage import RealStage
from tests.console.stage import COOKIE
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1280, 820, 360)
THEMES = ("light", "dark")
HEIGHTS = {1280: 800, 820: 1100, 360: 740}
AXE = Axe().axe_script
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"light": ALL_RULES, "dark": ["color-contrast"]}
"""What a theme can break beside the other one are contrasts alone."""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


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
    "case": Look("/console/cases/{id:str}", "/console/cases/{c4}"),
    "case-new": Look("/console/cases/{id:str}", "/console/cases/{c1}"),
    "case-outline": Look("/console/cases/{id:str}", "/console/cases/{c2}", by="carla"),
    "phrases": Look("/console/cases/{id:str}/phrases", "/console/cases/{c1}/phrases"),
    "overview": Look("/console/overview", "/console/overview", by="carla"),
    "me": Look("/console/me", "/console/me"),
    "prove": Look("/console/prove", "/console/prove?next=/console/people", by="ada"),
    "people": Look("/console/people", "/console/people", by="ada"),
    "people-open": Look("/console/people", "/console/people", by="ada", click=("summary",)),
    "teams": Look("/console/teams", "/console/teams", by="carla"),
    "teams-read": Look("/console/teams", "/console/teams"),
    "teams-open": Look("/console/teams", "/console/teams", by="carla", click=("summary",)),
    "audit": Look("/console/audit", "/console/audit", by="otto"),
    "gone": Look("/console/cases/{id:str}", "/console/cases/none", status=404),
    "sign-in": Look("/console/sign-in", "/console/sign-in", by=""),
    "welcome": Look("/console/welcome/{token:str}", "/console/welcome/unknown", by="", status=404),
    "offline": Look("/console/offline", "/console/offline", by=""),
    "missing": Look("", "/console/nowhere", status=404),
    "forbidden": Look("", "/console/queue", by="ada", status=403),
}

OTHERS = {
    "/health/live", "/", "/console", "/console/events", "/console/now", "/console/me/here", "/console/sw.js",
    "/welcome/{token:str}",
}  # fmt: skip
"""What is no page: data, redirects, files."""
REST = ("/flows", "/export", "/chart/{name:str}", "/figures.{kind:str}", "/media/{n:int}", "/blurred", "/qr.svg")
"""How the address of such a thing ends."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> RealStage:
    return RealStage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="module")
def served(stage) -> Iterator[Served]:
    with Served(stage) as served:
        served.call(stage.open(), 60)
        yield served
        served.call(stage.close(), 30)


@pytest.fixture(scope="module")
def pages(chromium, served, stage) -> Iterator[Callable[[str, str], Page]]:
    """Returns a page of somebody in a language, the same one each time."""
    made: dict[tuple[str, str], Page] = {}

    def page_of(by: str, locale: str) -> Page:
        if (by, locale) not in made:
            context = chromium.new_context(locale=locale, reduced_motion="reduce", service_workers="block")
            if by:
                token = served.call(stage.token(by))
                context.add_cookies([{"name": COOKIE, "value": token, "url": served.url + "/console"}])
            made[by, locale] = context.new_page()
        return made[by, locale]

    yield page_of
    for one in made.values():
        one.context.close()


def show(page: Page, address: str, look: Look, theme: str) -> None:
    """Bring a page to where it is to be looked at."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHTS[WIDTHS[0]]})
    answer = page.goto(address)
    assert answer.status == look.status
    for selector in look.click:
        if page.locator(selector).first.is_visible():
            page.locator(selector).first.click()


def faults_of(page: Page, width: int, theme: str) -> list[str]:
    """Return what is wrong with a page at a width, in a theme."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme=theme)
    page.evaluate(FRAMES)
    wide = page.evaluate("document.documentElement.scrollWidth")
    faults = [f"{width} {theme}: {wide} px wide"] if wide > width else []
    for one in page.evaluate("rules => axe.run({resultTypes: ['violations'], runOnly: rules})", RULES[theme])[
        "violations"
    ]:
        where = [" ".join(map(str, node["target"])) for node in one["nodes"]][:4]
        faults.append(f"{width} {theme}: {one['id']}: {one['help']} {where}")
    return faults


@pytest.mark.parametrize("locale", ["en-GB", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_open_to_everybody(served, stage, pages, name, locale):
    look = PAGES[name]
    page = pages(look.by, locale)
    errors: list[str] = []
    heard = {
        "pageerror": lambda error: errors.append(str(error)),
        "console": lambda line: "Content Security" in line.text and errors.append(line.text),
    }
    for event, listener in heard.items():
        page.on(event, listener)
    show(page, served.url + look.address.format(**stage.ids), look, THEMES[0])
    page.evaluate(AXE)
    faults = [fault for width in WIDTHS for theme in THEMES for fault in faults_of(page, width, theme)]
    for event, listener in heard.items():
        page.remove_listener(event, listener)
    assert errors == []
    assert faults == []


def test_every_page_has_an_entry(stage, served):
    pages = {
        one.path for one in stage.console.routes if isinstance(one, Route) and "GET" in one.methods
    } - OTHERS  # fmt: skip
    missing = {path for path in pages if not path.endswith(REST)} - {look.route for look in PAGES.values()}
    assert missing == set(), "Give each page an entry in PAGES, or say in OTHERS that it is none."
