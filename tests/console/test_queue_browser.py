"""The queue in a real browser: live, by keyboard, and calm under the hands of whoever works with it."""

from __future__ import annotations

import re
import time

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.console import scenes
from tests.console.memory import now
from tests.console.stage import COOKIE, Stage
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ALL = "/console/queue?all=1"
LONG_TASKS = """() => {
  window.long = [];
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "longtask" });
}"""


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def served(stage):
    with Served(stage.app()) as served:
        yield served


@pytest.fixture
def opened(chromium, served, stage):
    """Opens a page as somebody who is signed in."""
    contexts, errors = [], []

    def enter(name: str = "noor", address: str = ALL, **more) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 700}, locale="en-GB", **more)
        contexts.append(context)
        token = served.call(stage.token(name))
        context.add_cookies([{"name": COOKIE, "value": token, "url": served.url + "/console"}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and errors.append(line.text))
        page.goto(served.url + address)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


def put(served, stage, id: str, level: str, name: str, **more) -> None:
    served.call(stage.escalations.open(id, level, name, *scenes.lines(id, now(), ""), **{"at": now(), **more}))


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_text("Live")


def test_new_case_appears_ranked_without_reloading(opened, served, stage):
    page = opened()
    expect(page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    live(page)
    page.evaluate("window.same = true")
    put(served, stage, "a", "T2", "Blue Heron")
    expect(page.get_by_role("link", name="Blue Heron")).to_be_visible()
    put(served, stage, "b", "T0", "Red Fox")
    expect(page.locator(".row b")).to_have_text(["Red Fox", "Blue Heron"])
    expect(page).to_have_title("(2!) Queue")
    expect(page.get_by_role("heading", name="Life in danger")).to_be_visible()
    expect(page.locator("nav [data-count]").first).to_have_text("2")
    assert page.evaluate("window.same")


def test_nothing_moves_under_the_focus(opened, served, stage):
    for at in range(4):
        put(served, stage, f"a{at}", "T3", f"Blue Heron {at}", at=now() - at * scenes.HOUR)
    page = opened()
    live(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.locator(".row-link:focus")
    name, top = focused.locator("b").text_content(), focused.bounding_box()["y"]
    for at in range(6):
        put(served, stage, f"b{at}", "T1", f"Red Fox {at}")
    expect(page.locator(".row")).to_have_count(10)
    page.wait_for_timeout(700)
    assert focused.locator("b").text_content() == name
    assert abs(focused.bounding_box()["y"] - top) < 2
    expect(page.locator("#above")).to_contain_text("New above")


def test_focus_stays_on_a_row_that_changes_and_moves_on_where_it_goes(opened, served, stage):
    for at in range(3):
        put(served, stage, f"a{at}", "T3", f"Blue Heron {at}")
    page = opened()
    live(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    case = stage.escalations.cases["a1"]
    stage.escalations.cases["a1"] = msgspec.structs.replace(case, announced=2)
    stage.escalations.tell("a1")
    expect(page.get_by_text("announced again: 2")).to_be_visible()
    expect(page.locator(".row-link:focus b")).to_have_text("Blue Heron 1")
    del stage.escalations.cases["a1"]
    served.call(told(stage, "a1"))
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator(".row-link:focus b")).to_have_text("Blue Heron 2")


async def told(stage: Stage, id: str) -> None:
    stage.escalations.tell(id)


def test_from_alert_to_a_sent_phrase_in_six_strokes(opened, served, stage):
    put(served, stage, "a", "T0", "Red Fox", country="GR", locale="ar")
    page = opened()
    live(page)
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/console/cases/a$"))
    expect(page.locator("#composer[data-mode=reply]")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("dialog[open] [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    if not any(line.who == "caseworker" for line in stage.escalations.logs["a"]):
        page.keyboard.press("Enter")
    for _ in range(30):
        if any(line.who == "caseworker" for line in stage.escalations.logs["a"]):
            break
        page.wait_for_timeout(100)
    assert [line.who for line in stage.escalations.logs["a"]][-1] == "caseworker"


def test_two_who_take_at_once_one_is_told_kindly(opened, served, stage):
    put(served, stage, "a", "T1", "Red Fox")
    noor, sam = opened("noor"), opened("sam")
    live(noor)
    live(sam)
    sam.route("**/console/queue?*", lambda route: route.abort())  # sam does not hear of it in time
    noor.get_by_role("button", name="Take Red Fox").click()
    expect(noor).to_have_url(re.compile("/cases/a"))
    sam.get_by_role("button", name="Take Red Fox").click()
    expect(sam.locator(".toast")).to_contain_text("faster")
    assert stage.escalations.cases["a"].assignee == "noor"


def test_filters_are_in_the_address_and_come_back(opened, served, stage):
    served.call(stage.fill())
    page = opened()
    live(page)
    page.evaluate("window.same = true")
    page.locator("select[name=country]").select_option("GR")
    expect(page.locator(".row")).to_have_count(3)
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile(r"\?country=GR&owner=nobody$"))
    expect(page.locator(".row")).to_have_count(3)
    expect(page.locator("select[name=country] option:checked")).to_have_text("Greece (3)")
    assert page.evaluate("window.same")
    expect(page.locator("#left-out")).to_contain_text("outside your filter: 2")
    page.goto(served.url + "/console/queue")
    expect(page).to_have_url(re.compile(r"\?country=GR&owner=nobody$"))
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".row")).to_have_count(12)


def test_due_time_counts_down_and_turns_red(opened, served, stage):
    put(served, stage, "a", "T0", "Red Fox", at=now() - 5 * scenes.MINUTE + 3500)
    page = opened()
    due = page.locator(".row .due")
    expect(due).to_have_class(re.compile("soon"))
    expect(due).to_have_class(re.compile("late"), timeout=6000)
    expect(due.get_by_text("past due")).to_be_visible()
    expect(page.locator("#count")).to_have_text("Waiting: 1")


def test_lost_connection_is_said_and_mended(opened, served, stage):
    put(served, stage, "a", "T2", "Red Fox")
    page = opened()
    live(page)
    page.context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("No connection")
    put(served, stage, "b", "T2", "Blue Heron")
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Blue Heron")).to_be_visible(timeout=8000)
    live(page)


def test_ended_session_leads_to_the_sign_in(opened, served, stage):
    page = opened()
    live(page)
    served.call(stage.accounts.disable("noor"))
    put(served, stage, "a", "T1", "Red Fox")
    expect(page).to_have_url(re.compile("/console/sign-in"), timeout=10_000)
    assert "Red Fox" not in page.content()


def test_draft_survives_until_it_is_sent_or_somebody_else_comes(opened, served, stage):
    served.call(stage.fill())
    page = opened(address="/console/cases/c4")
    box = page.locator("#reply-text")
    box.fill("Half a thought")
    page.context.clear_cookies()
    page.reload()
    expect(page).to_have_url(re.compile("/console/sign-in"))
    token = served.call(stage.accounts.begin("noor"))
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": served.url + "/console"}])
    page.goto(served.url + "/console/cases/c4")
    expect(box).to_have_value("Half a thought")
    box.fill("")
    page.reload()
    expect(box).to_have_value("")
    box.fill("Not for others")
    page.context.add_cookies(
        [{"name": COOKIE, "value": served.call(stage.token("sam")), "url": served.url + "/console"}]
    )
    page.goto(served.url + ALL)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ucare-draft')).length") == 0


def test_signing_out_forgets_drafts_and_the_filter(opened, served, stage):
    served.call(stage.fill())
    page = opened(address="/console/cases/c4")
    page.locator("#reply-text").fill("Half a thought")
    page.goto(served.url + "/console/queue?country=GR")
    page.locator(".me").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/console/sign-in"))
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ucare-draft')).length") == 0
    assert "ucare_queue" not in {cookie["name"] for cookie in page.context.cookies()}


def test_theme_and_language_change_in_place_and_stay(opened, served, stage):
    page = opened(color_scheme="light")
    page.locator(".me").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark != "rgb(243, 243, 238)"
    page.locator(".me").click()
    page.get_by_label("Language").select_option("ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_keys_are_listed_and_lead_around(opened, served, stage):
    served.call(stage.fill())
    page = opened(address="/console/cases/c4")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page).to_have_url(re.compile("/console/queue"))


def test_danger_is_told_on_every_page_without_content(opened, served, stage):
    served.call(stage.fill())
    del stage.escalations.cases["c1"]
    page = opened(address="/console/cases/c4")
    expect(page.locator("nav [data-count]").first).to_have_text("7")
    put(served, stage, "z", "T0", "Grey Wolf")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".toast")).to_contain_text("A T0 case is waiting.")
    assert "Grey Wolf" not in page.content()


def test_two_hundred_cases_stay_fluent(opened, served, stage):
    served.call(scenes.many(stage.escalations, now(), 200))
    page = opened()
    live(page)
    page.wait_for_timeout(700)
    page.evaluate(LONG_TASKS)
    for at in range(20):
        case = stage.escalations.cases[f"m{at * 9}"]
        stage.escalations.cases[case.id] = msgspec.structs.replace(case, announced=case.announced + 1)
        served.call(told(stage, case.id))
        page.wait_for_timeout(60)
    begun = time.monotonic()
    put(served, stage, "z", "T0", "Grey Wolf")
    expect(page.get_by_role("link", name="Grey Wolf")).to_be_visible()
    assert time.monotonic() - begun < 1.5
    assert max(page.evaluate("window.long"), default=0) < 200
