"""Sign-in in a real browser, over a real store: link, password, app, passkey, sessions and recovery."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import expect

from bot.bootstrap.base import open_base
from bot.config import Settings
from bot.people.rules import MINUTE_MS
from tests.people.house import PASSWORD, House
from tests.store.fixtures import ManualClock
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.redis]


class Stage:
    """The console as it runs, with a clock that a test moves; open it in the loop that serves it."""

    def __init__(self, folder) -> None:
        self._settings = Settings(_env_file=None, ucare_data_dir=folder, redis_url="", partitions=4)
        self.clock = ManualClock()

    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)

    async def open(self) -> None:
        self._base = open_base(self._settings)
        base = await self._base.__aenter__()
        self.house = House(base.store, self.clock)
        self.app = self.house.app()

    async def close(self) -> None:
        await self._base.__aexit__(None, None, None)


@pytest.fixture
def served(tmp_path):
    stage = Stage(tmp_path)
    with Served(stage) as served:
        served.stage = stage
        served.call(stage.open(), 30)
        served.url = served.url.replace("127.0.0.1", "localhost")
        yield served
        served.call(stage.close(), 30)


@pytest.fixture
def house(served):
    return served.stage.house


@pytest.fixture
def pages(chromium):
    """Open a browser of its own; what breaks in a page or its rules fails the test."""
    contexts, errors = [], []

    def make():
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", service_workers="block")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def sign_in(page, served, name="noor", password=PASSWORD):
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def invited(page, served, link):
    page.goto(f"{served.url}/console/welcome/{link}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def code(served, secret):
    return pyotp.TOTP(secret).at(served.stage.clock.now() // 1000)


def set_up(page, served):
    page.goto(f"{served.url}/console/me")
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.get_by_role("img", name="Picture for the authenticator app")).to_be_visible()
    picture = page.locator("img[src$='qr.svg']")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    secret = page.locator("code").first.inner_text()
    page.get_by_label("Code").fill(code(served, secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("heading", name="Your codes on paper")).to_be_visible()
    return secret, page.locator(".codes code").all_inner_texts()


def test_from_the_link_to_two_factors(served, house, pages):
    page = pages()
    invited(page, served, served.call(house.accounts.invite("noor")))
    secret, paper = set_up(page, served)
    assert len(set(paper)) == 10
    served.stage.clock.forward(MINUTE_MS)
    again = pages()
    sign_in(again, served)
    again.get_by_label("Code").fill(code(served, secret))
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("heading", name="Queue")).to_be_visible()
    third = pages()
    sign_in(third, served)
    third.get_by_label("Code").fill(code(served, secret))  # the same code a second time
    third.get_by_role("button", name="Sign in").click()
    expect(third.get_by_role("alert")).to_contain_text("This code does not fit")
    third.get_by_label("Code").fill(paper[0].upper())
    third.get_by_role("button", name="Sign in").click()
    expect(third.get_by_role("heading", name="Queue")).to_be_visible()


def test_passkey_instead_of_a_password(served, house, pages):
    page = pages()
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    on = {**made, "isUserVerified": True, "automaticPresenceSimulation": True}
    device = tools.send("WebAuthn.addVirtualAuthenticator", {"options": on})["authenticatorId"]
    invited(page, served, served.call(house.accounts.invite("noor")))
    page.goto(f"{served.url}/console/me")
    page.get_by_label("What you call it").fill("This laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".codes code")).to_have_count(10)
    expect(page.get_by_text("This laptop")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    served.stage.clock.forward(11 * MINUTE_MS)  # and again before something dangerous
    page.goto(f"{served.url}/console/me")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.context.clear_cookies()
    page.goto(f"{served.url}/console/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This passkey does not fit. Try again.")


def test_a_bare_number_has_no_passkeys(served, house, pages):
    page = pages()
    page.goto(f"{served.url.replace('localhost', '127.0.0.1')}/console/sign-in")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()


def test_a_session_is_ended_from_another_and_by_time(served, house, pages):
    served.call(house.person("noor"))
    first, second = pages(), pages()
    sign_in(first, served)
    expect(first.get_by_role("heading", name="Queue")).to_be_visible()
    sign_in(second, served)
    expect(second.get_by_role("heading", name="Queue")).to_be_visible()
    second.goto(f"{served.url}/console/me")
    expect(second.get_by_text(re.compile("Chrome, Linux")).first).to_be_visible()
    second.get_by_role("button", name="End it").click()
    expect(second.get_by_role("button", name="End it")).to_have_count(0)
    first.goto(f"{served.url}/console/queue")
    expect(first.get_by_role("heading", name="Sign in")).to_be_visible()
    second.goto(f"{served.url}/console/queue")
    expect(second.get_by_role("heading", name="Queue")).to_be_visible()
    second.goto("about:blank")  # a queue that is open leads to the sign-in by itself, and would cross what follows
    served.stage.clock.forward(31 * MINUTE_MS)
    second.goto(f"{served.url}/console/me")
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()


def test_recovery_by_a_second_administrator(served, house, pages):
    for name in ("ada", "bea"):
        served.call(house.person(name, "administrator"))
    served.call(house.person("noor"))
    noor, ada, bea = pages(), pages(), pages()
    sign_in(noor, served)
    expect(noor.get_by_role("heading", name="Queue")).to_be_visible()
    set_up(noor, served)
    for page, name in ((ada, "ada"), (bea, "bea")):
        sign_in(page, served, name)
        expect(page.get_by_role("heading", name="People")).to_be_visible()
    card = ada.locator("section", has=ada.get_by_role("heading", name="noor"))
    card.get_by_text("Password or second factor lost").click()
    card.get_by_role("button", name="Ask for recovery").click()
    expect(card.get_by_text("Another administrator must confirm.")).to_be_visible()
    expect(card.get_by_role("button", name="Confirm")).to_have_count(0)
    bea.reload()
    card = bea.locator("section", has=bea.get_by_role("heading", name="noor"))
    card.get_by_role("button", name="Confirm").click()
    expect(bea.get_by_role("button", name="Copy")).to_be_visible()
    link = bea.get_by_label("The link").input_value()
    noor.goto(f"{served.url}/console/queue")
    expect(noor.get_by_role("heading", name="Sign in")).to_be_visible()
    invited(noor, served, link.rpartition("/")[2])
    noor.goto(f"{served.url}/console/me")
    expect(noor.get_by_role("button", name="Set up an authenticator app")).to_be_visible()
