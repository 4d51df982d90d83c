"""The pages of sign-in and of accounts, over a real store."""

from __future__ import annotations

import html
import re

import pyotp
import pytest

from bot.groupdesk.linking import Links
from bot.people.oidc import Organisation
from bot.people.passkeys import Place
from bot.people.provider import Client, Provider
from bot.people.rules import MINUTE_MS, Rules
from tests.people.house import House, csrf
from tests.people.key import Key
from tests.people.provider import ID, SECRET, Double

pytestmark = pytest.mark.redis
PLACE = Place("localhost", "http://localhost")
PASSWORD = "blue tram under water"


def code(secret, clock):
    return pyotp.TOTP(secret).at(clock.now() // 1000)


async def set_up(browser, clock):
    """Set up an authenticator app; return its secret and the codes on paper."""
    await browser.open("/console/me")
    await browser.press("/console/me/factor", do="begin")
    secret = re.search(r"<code dir=\"ltr\">(\w+)</code>", browser.page.text)[1]
    await browser.press("/console/me/factor", do="confirm", code=code(secret, clock))
    return secret, re.findall(r"<li><code>([\w-]+)</code>", browser.page.text)


async def give(browser, key, path, **fields):
    """Do what the script does with a passkey."""
    kind = "made" if path.endswith("/me/passkey") else "signed"
    sent = {"csrf": csrf(browser.page), **fields}
    asked = (await browser.post(f"{path}/options", data=sent, headers={"accept": "application/json"})).json()
    credential = getattr(key, kind)(asked["options"])
    return await browser.press(path, token=asked["token"], credential=credential, **fields)


async def test_from_the_link_to_a_sign_in_with_two_factors(house, clock):
    link = await house.accounts.invite("noor")
    first = house.browser()
    await first.open(f"/console/welcome/{link}")
    await first.press(f"/console/welcome/{link}", password=PASSWORD, again=PASSWORD)
    assert first.page.url.path == "/console/queue"
    before = first.cookies["ucare_console"]
    secret, paper = await set_up(first, clock)
    assert (len(paper), first.cookies["ucare_console"] != before) == (10, True)
    assert await house.accounts.session(before) is None
    clock.forward(MINUTE_MS)
    second = house.browser()
    await second.sign_in("noor", next="/console/me")
    assert "Type the six digits" in second.page.text
    assert "ucare_console" not in second.cookies
    pending = re.search(r'name="pending" value="([^"]+)"', second.page.text)[1]
    wrong = await second.press("/console/sign-in/code", pending=pending, code="000000")
    assert wrong.status_code == 403
    await second.press("/console/sign-in/code", pending=pending, code=code(secret, clock), next="/console/me")
    assert second.page.url.path == "/console/me"
    assert {("noor", "joined", "noor"), ("noor", "factor_set", "noor"), ("@console", "code_refused", "noor")} <= set(
        await house.noted()
    )


async def test_codes_are_slowed_down_from_everywhere(house, clock):
    await house.person("noor")
    secret = await house.accounts.factors.begin("noor")
    await house.accounts.factors.confirm("noor", code(secret, clock))
    browser = house.browser()
    await browser.sign_in("noor")
    pending = re.search(r'name="pending" value="([^"]+)"', browser.page.text)[1]
    seen = [(await browser.press("/console/sign-in/code", pending=pending, code="1")).status_code for _ in range(8)]
    assert seen[:6] == [403] * 6
    assert seen[-1] == 429


async def test_a_passkey_alone_and_after_the_password(house, clock):
    await house.person("noor")
    browser, key = house.browser(), Key()
    await browser.sign_in("noor")
    await browser.open("/console/me")
    await give(browser, key, "/console/me/passkey", do="passkey", called="Blue key")
    assert len(re.findall(r"<li><code>", browser.page.text)) == 10
    assert "Blue key" in (await browser.open("/console/me")).text
    alone = house.browser()
    await alone.open("/console/sign-in")
    await give(alone, key, "/console/sign-in/passkey", next="/console/me")
    assert alone.page.url.path == "/console/me"
    after = house.browser()
    await after.sign_in("noor")
    assert "Use a passkey" in after.page.text
    pending = re.search(r'name="pending" value="([^"]+)"', after.page.text)[1]
    await give(after, Key(), "/console/sign-in/passkey", pending=pending)
    assert after.page.status_code == 403
    await give(after, key, "/console/sign-in/passkey", pending=pending)
    assert after.page.url.path == "/console/queue"
    id_ = re.search(r'name="id" value="([\w-]+)"', (await after.open("/console/me")).text)[1]
    await after.press("/console/me/passkey", do="remove_passkey", id=id_)
    assert await house.accounts.asks("noor") == frozenset()


async def test_dangerous_acts_ask_anew_who_one_is(house, clock):
    await house.person("ada", "administrator")
    await house.person("bea", "administrator")
    browser = house.browser()
    await browser.sign_in("ada")
    secret, paper = await set_up(browser, clock)
    clock.forward(11 * MINUTE_MS)
    old = browser.cookies["ucare_console"]
    await browser.open("/console/people")
    await browser.press("/console/people", do="disable", name="bea")
    assert (browser.page.url.path, browser.page.url.params["next"]) == ("/console/prove", "/console/people")
    assert (await house.accounts.viewer("bea")).name == "bea"
    assert (await browser.press("/console/prove", password=PASSWORD, code="000000")).status_code == 403
    assert (await browser.press("/console/prove", password="wrong", code=paper[0])).status_code == 403
    await browser.press("/console/prove", password=PASSWORD, code=code(secret, clock), next="/console/people")
    assert browser.page.url.path == "/console/people"
    assert browser.cookies["ucare_console"] != old
    assert await house.accounts.session(old) is None
    await browser.press("/console/people", do="disable", name="bea")
    assert await house.accounts.viewer("bea") is None
    assert {("ada", "proved", "ada"), ("@console", "proof_refused", "ada")} <= set(await house.noted())


async def test_the_script_is_told_where_to_prove(house, clock):
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    await browser.open("/console/me")
    clock.forward(11 * MINUTE_MS)
    sent = {"csrf": csrf(browser.page)}
    answer = await browser.post("/console/me/passkey/options", data=sent, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["prove"]) == (403, "/console/prove?next=/console/me")


async def test_a_stream_keeps_no_session_alive_and_a_person_does(house, clock):
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    for _ in range(2):
        clock.forward(20 * MINUTE_MS)
        assert (await browser.get("/console/me/here")).status_code == 204
    clock.forward(20 * MINUTE_MS)
    await browser.get("/console/me/here", headers={"accept": "text/event-stream"})
    clock.forward(11 * MINUTE_MS)
    assert (await browser.open("/console/queue")).url.path == "/console/sign-in"


async def test_where_a_factor_is_required_the_last_one_stays(store, clock):
    house = House(store, clock, Rules(factor_required=True))
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    assert browser.page.url.path == "/console/me"
    assert (await browser.open("/console/queue")).url.path == "/console/me"
    await set_up(browser, clock)
    assert (await browser.open("/console/queue")).url.path == "/console/queue"
    await browser.open("/console/me")
    assert "Set up another one first" in (await browser.press("/console/me/factor", do="remove")).text
    assert await house.accounts.asks("noor") == {"totp"}


async def test_languages_and_the_language_of_the_console(house):
    await house.person("noor")
    browser = house.browser(**{"accept-language": "en"})
    await browser.sign_in("noor")
    await browser.open("/console/me")
    await browser.press("/console/me/languages", language=["fr", "xx", "ar"], locale="ar")
    assert 'lang="ar" dir="rtl"' in browser.page.text
    assert (await house.accounts.viewer("noor")).languages == ("fr", "ar")
    assert (await house.accounts.book.get("noor")).locale == "ar"
    await browser.press("/console/me/languages", locale="xx")
    assert 'lang="en"' in browser.page.text


async def test_through_tls_only_a_cookie_that_came_through_tls_counts(house):
    await house.person("noor")
    token = await house.accounts.begin("noor")
    tls = house.browser()
    tls.base_url = "https://console.example"
    tls.cookies.set("ucare_console", token)
    assert (await tls.open("/console/queue")).url.path == "/console/sign-in"
    await tls.sign_in("noor")
    assert (tls.page.url.path, "__Secure-ucare_console" in tls.cookies) == ("/console/queue", True)


@pytest.fixture(scope="module")
def served():
    with Double() as double:
        yield double


async def test_in_through_the_organisation_and_proved_there(house, clock, served):
    served.reset()
    client = Client(served.url, ID, SECRET, roles_claim="groups")
    house.organisation = Organisation(house.store.vault, house.accounts, Provider(client))
    served.claims["groups"] = ["administrator"]
    browser = house.browser()
    assert "Sign in with your organisation" in (await browser.open("/console/sign-in")).text

    async def through(path):
        out = await browser.get(path, follow_redirects=False)
        assert "samesite=lax" in out.headers["set-cookie"].lower()
        await browser.open(served.visit(out.headers["location"]))
        assert "/console/organisation/in" in browser.page.text
        return await browser.open("/console/organisation/in")

    assert (await through("/console/organisation")).url.path == "/console/people"
    assert (await browser.open("/console/organisation/in")).status_code == 403
    clock.forward(11 * MINUTE_MS)
    await browser.open("/console/people")
    await browser.press("/console/people", do="invite", name="sam", role="caseworker")
    assert browser.page.url.path == "/console/prove"
    assert "Your password" not in browser.page.text
    proved = await through("/console/organisation?prove=1&next=/console/people")
    assert proved.url.path == "/console/people"
    await browser.press("/console/people", do="invite", name="sam", role="caseworker")
    assert "/console/welcome/" in browser.page.text
    assert (await browser.get("/console/organisation/back?code=x&state=y")).status_code == 403


async def test_who_goes_home_says_so(house):
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    await browser.open("/console/me")
    assert await house.accounts.on_duty() == {"noor"}
    assert "Go off duty" in browser.page.text
    assert "Go on duty" in (await browser.press("/console/me/duty", do="off")).text
    assert await house.accounts.on_duty() == frozenset()
    await browser.press("/console/me/duty", do="on")
    assert await house.accounts.on_duty() == {"noor"}
    await browser.press("/console/me/duty", do="off")
    await house.browser().sign_in("noor")  # who signs in comes to work
    assert await house.accounts.on_duty() == {"noor"}
    assert ("noor", "off_duty", "noor") in await house.noted()


async def test_an_account_is_joined_from_its_page_or_its_invitation(house, clock, served):
    served.reset()
    house.organisation = Organisation(house.store.vault, house.accounts, Provider(Client(served.url, ID, SECRET)))
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    await browser.open("/console/me")
    await browser.press("/console/organisation/join")
    await browser.open(served.visit(leads_to(browser.page)))
    await browser.open("/console/organisation/in")
    assert (await house.accounts.book.get("noor")).subject == f"{served.url} 4711"
    assert "You can sign in here with your account" in (await browser.open("/console/me")).text

    token = await house.accounts.invite("sam")
    served.claims["sub"] = "4712"
    invited = house.browser()
    await invited.open(f"/console/welcome/{token}")
    await invited.press(f"/console/organisation/welcome/{token}")
    await invited.open(served.visit(leads_to(invited.page)))
    await invited.open("/console/organisation/in")
    assert (await house.accounts.viewer("sam")).name == "sam"
    await invited.open("/console/sign-in")
    assert (await house.browser().open(f"/console/welcome/{token}")).status_code == 404
    late = house.browser()
    await late.open("/console/sign-in")
    assert (await late.press(f"/console/organisation/welcome/{token}")).status_code == 403


def leads_to(page):
    """Return where a page leads that goes on by itself."""
    return html.unescape(re.search(r"url=([^\"]+)\"", page.text)[1])


async def test_a_link_is_made_anew_only_for_who_has_not_come_in(house, clock):
    await house.person("ada", "administrator")
    browser = house.browser()
    await browser.sign_in("ada")
    await browser.open("/console/people")
    await browser.press("/console/people", do="invite", name="sam", role="caseworker")
    first = re.search(r"/console/welcome/([\w-]+)", browser.page.text)[1]
    await browser.press("/console/people", do="again", name="sam")
    second = re.search(r"/console/welcome/([\w-]+)", browser.page.text)[1]
    assert (await house.accounts.invited(first), await house.accounts.invited(second)) == ("", "sam")
    await house.accounts.choose_password(second, PASSWORD)
    assert "Two administrators" in (await browser.press("/console/people", do="again", name="sam")).text
    assert "ucare caseworker add sam" in (await browser.open("/console/people")).text  # ada is alone
    assert (
        "Somebody else must do this"
        in (await browser.press("/console/people", do="change", name="ada", role=["administrator", "lead"])).text
    )


async def test_a_telegram_account_is_joined_by_a_code_that_is_shown_where_groups_are_on(house, clock):
    await house.person("noor")
    browser = house.browser()
    await browser.sign_in("noor")
    assert "Telegram" not in (await browser.open("/console/me")).text
    assert (await browser.press("/console/me/telegram", do="code")).status_code == 404
    house.telegram = Links(house.store.vault, house.accounts, house.store.audit)
    browser = house.browser()
    await browser.sign_in("noor")
    await browser.open("/console/me")
    shown = (await browser.press("/console/me/telegram", do="code")).text
    assert await house.telegram.join(42, re.search(r"/link ([A-Z0-9]{10})<", shown)[1]) == "noor"
    assert (await house.telegram.viewer(42)).name == "noor"
    await browser.open("/console/me")
    await browser.press("/console/me/telegram", do="part")
    assert await house.telegram.viewer(42) is None


async def test_an_administrator_gives_languages_and_links_name_the_console(house, clock):
    await house.person("ada", "administrator")
    browser = house.browser()
    await browser.sign_in("ada")
    await browser.open("/console/people")
    given = {"role": ["caseworker"], "countries": "gr", "languages": "nl, fa_AF <b>"}
    await browser.press("/console/people", do="invite", name="sam", **given)
    assert "http://localhost/console/welcome/" in browser.page.text
    sam = await house.accounts.book.get("sam")
    assert (sam.countries, sam.languages) == (("GR",), ("nl", "fa_AF"))


async def test_another_site_sends_nobody_to_the_organisation(house, clock, served):
    served.reset()
    house.organisation = Organisation(house.store.vault, house.accounts, Provider(Client(served.url, ID, SECRET)))
    for site, place in (("cross-site", "/console/sign-in"), ("same-site", "/console/sign-in"), ("none", "")):
        browser = house.browser(**{"sec-fetch-site": site})
        out = await browser.get("/console/organisation", follow_redirects=False)
        assert out.headers["location"] == place or (not place and out.headers["location"].startswith(served.url))
