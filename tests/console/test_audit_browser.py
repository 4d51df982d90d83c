"""The audit's page in a real browser: search, older entries, verdict, file; from right to left, on a phone, by axe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bot.store import audit_file
from bot.store.keys import AUDIT_CHAIN
from tests.console.auditing import CASE, audited, filled
from tests.store.fixtures import clock, sealer, server
from tests.web.serving import Served

__all__ = ["clock", "sealer", "server"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.redis]

LOOKS = [
    (size, scheme, locale)
    for size in ((1280, 800), (820, 1100), (360, 740))
    for scheme in ("light", "dark")
    for locale in ("en-GB", "ar")
]


@pytest.fixture
def world(server, sealer, clock):
    audit, work = audited(server, sealer, clock)
    with Served(work.app) as served:
        served.call(filled(audit, work, 104))
        yield audit, work, served
        served.call(audit._client.close())


@pytest.fixture
def opened(chromium, world):
    """Opens the page as the auditor; fails where a script failed or the policy of the page was broken."""
    _, work, served = world
    contexts, errors = [], []

    def enter(path="", **look):
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "timezone_id": "Europe/Brussels", **look}
        )
        contexts.append(context)
        cookies = work.cookies("aud")
        context.add_cookies([{"name": key, "value": value, "url": served.url} for key, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        page.goto(f"{served.url}/console/audit{path}")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


def test_an_auditor_searches_checks_and_takes_a_file_away(opened, world, tmp_path):
    audit, _, served = world
    page = opened()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_label("Person").fill("noor")
    page.get_by_label("Case, account, team or page").fill(CASE)
    page.get_by_role("button", name="Search").press("Enter")
    expect(rows).to_have_count(100)
    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(4)
    expect(page.get_by_label("Person")).to_have_value("noor")
    page.get_by_role("button", name="Check that nothing was changed").click()
    expect(page.get_by_role("status").filter(has_text="The audit is whole")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    file = tmp_path / "audit.csv"
    download.value.save_as(file)
    checked = audit_file.check(audit._sealer, file.read_bytes().splitlines(keepends=True))
    assert checked.verdict.whole
    assert checked.verdict.count == 108
    (first, _) = served.call(audit._client.do("XRANGE", AUDIT_CHAIN, "-", "+", "COUNT", 1))[0]
    served.call(audit._client.do("XDEL", AUDIT_CHAIN, first))
    page.get_by_role("button", name="Check that nothing was changed").click()
    expect(page.get_by_role("alert")).to_contain_text("The oldest entries are missing, from number 1 on")


@pytest.mark.parametrize(("size", "scheme", "locale"), LOOKS)
def test_it_fits_and_axe_finds_nothing(opened, size, scheme, locale):
    width, height = size
    page = opened(viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale)
    page.locator(".page-do button").first.click()
    expect(page.locator("#verdict")).to_be_visible()
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")  # once its style has come
    assert page.evaluate("document.documentElement.dir") == ("rtl" if locale == "ar" else "ltr")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    if folder := os.environ.get("UCARE_LOOKS"):
        page.screenshot(path=Path(folder) / f"audit-{width}-{scheme}-{locale}.png")
