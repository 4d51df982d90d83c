"""The console in a real browser, over the in-memory queue."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.console.app import console_app, welcome_path
from bot.ports.partitions import Line
from tests.console.conftest import PASSWORD
from tests.console.memory import now
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def served(world):
    with Served(console_app(world.parts())) as served:
        yield served


@pytest.fixture
def opened(chromium, served, world):
    """A page of a caseworker who came in by the first link."""
    contexts = []

    def enter(name="noor"):
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        page.goto(served.url + welcome_path(served.call(world.accounts.invite(name))))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_role("heading", name="Queue")).to_be_visible()
        return page

    errors: list[str] = []
    yield enter
    for context in contexts:
        context.close()
    assert errors == []


def put(served, world, id, level, pseudonym, *texts, **more):
    entries = [Line(at=now(), who="contact", text=text) for text in texts]
    served.call(world.escalations.open(id, level, pseudonym, *entries, **more))


def test_new_escalation_appears_ranked_without_reloading(opened, served, world):
    page = opened()
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    page.evaluate("window.same = true")
    put(served, world, "a", "T2", "Blue Heron")
    expect(page.get_by_role("link", name="Blue Heron")).to_be_visible()
    put(served, world, "b", "T0", "Red Fox")
    expect(page.locator(".row b")).to_have_text(["Red Fox", "Blue Heron"])
    expect(page.get_by_text("Waiting: 2")).to_be_visible()
    expect(page).to_have_title("(2!) Queue")
    assert page.evaluate("window.same")


def test_disabled_caseworker_is_put_out(opened, served, world):
    page = opened()
    served.call(world.accounts.disable("noor"))
    put(served, world, "a", "T1", "Red Fox")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=10_000)
    assert "Red Fox" not in page.content()
