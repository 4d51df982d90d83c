"""The console in a real browser, over the in-memory queue."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from bot.console.app import console_app, welcome_path
from bot.ports.desk import Entry
from tests.console.conftest import PASSWORD
from tests.console.memory import now
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


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
    entries = [Entry(at=now(), who="contact", text=text) for text in texts]
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
    expect(page).to_have_title("(2) Queue")
    assert page.evaluate("window.same")


def test_claim_answer_and_watch_the_delivery(opened, served, world):
    put(served, world, "a", "T0", "Red Fox", "أحدهم يتبعني <b>")
    page = opened()
    page.get_by_role("link", name="Red Fox").click()
    expect(page.get_by_label("Your reply")).to_be_hidden()
    page.get_by_role("button", name="Take this case").click()
    page.get_by_text("Phrases").click()
    page.get_by_role("button", name="Are you in a safe place now?").click()
    expect(page.get_by_label("Your reply")).to_have_value("هل أنت في مكان آمن الآن؟")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".caseworker .bubble")).to_have_text("هل أنت في مكان آمن الآن؟")
    expect(page.get_by_label("Your reply")).to_have_value("")
    expect(page.get_by_text("Being sent")).to_be_visible()
    served.call(world.escalations.deliver("a", "delivered"))
    expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
    served.call(world.escalations.write("a", "نعم"))
    expect(page.get_by_role("log").get_by_text("نعم")).to_be_visible()
    assert page.evaluate("window.same")


def test_two_caseworkers_see_what_the_other_does(opened, served, world):
    put(served, world, "a", "T1", "Red Fox", "hello")
    noor, sam = opened("noor"), opened("sam")
    for page in (noor, sam):
        page.get_by_role("link", name="Red Fox").click()
        expect(page.get_by_role("button", name="Take this case")).to_be_visible()
    noor.get_by_role("button", name="Take this case").click()
    expect(sam.get_by_role("button", name="Take this case")).to_be_hidden()
    expect(sam.locator("#top .state")).to_have_text(re.compile("noor"))
    noor.get_by_text("Give to a colleague").click()
    noor.get_by_role("button", name="Give", exact=True).click()
    expect(sam.get_by_label("Your reply")).to_be_visible()


def test_lower_hand_back_and_resolve_with_reasons(opened, served, world):
    put(served, world, "a", "T1", "Red Fox", "hello")
    page = opened()
    page.get_by_role("link", name="Red Fox").click()
    page.get_by_role("button", name="Take this case").click()
    page.get_by_text("Lower the level").click()
    page.get_by_label("Why?").fill("It was a song text.")
    page.get_by_role("button", name="Lower", exact=True).click()
    expect(page.locator("#top .level")).to_have_text(re.compile("T2"))
    page.get_by_text("Resolve", exact=True).click()
    page.get_by_label("Why is this done?").fill("Answered.")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    assert world.escalations.reasons == ["It was a song text.", "Answered."]


def test_reply_that_cannot_be_sent_is_kept(opened, served, world):
    put(served, world, "a", "T1", "Red Fox", "hello")
    page = opened()
    page.get_by_role("link", name="Red Fox").click()
    page.get_by_role("button", name="Take this case").click()
    page.get_by_label("Your reply").fill("Keep me")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your text is still here")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".caseworker .bubble")).to_have_text("Keep me")


def test_disabled_caseworker_is_put_out(opened, served, world):
    page = opened()
    served.call(world.accounts.disable("noor"))
    put(served, world, "a", "T1", "Red Fox")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=10_000)
    assert "Red Fox" not in page.content()


def test_console_works_on_a_phone(opened, served, world):
    put(served, world, "a", "T1", "Red Fox", "a long text " * 30)
    page = opened()
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("link", name="Red Fox").click()
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_label("Your reply")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
