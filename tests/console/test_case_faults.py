"""The page of a case in a real browser when something goes wrong: no connection, no store, no session any more."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.core.acts import claim
from tests.console.casebrowser import act, noted, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_offline_the_reply_stands_as_not_sent_and_goes_once(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    page.context.set_offline(True)
    page.locator("#reply-text").fill("Keep me")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_text("Not sent. Your text is kept here.")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("Not sent. Your text is kept here.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".entry.caseworker:not(.pending) .said")).to_have_text("Keep me")
    expect(page.locator(".pending")).to_have_count(0)
    page.reload()
    expect(page.locator(".entry.caseworker")).to_have_count(1)
    assert said(work) == ["Keep me"]


def test_an_answer_that_was_lost_does_not_send_twice(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")

    def lose(route):
        route.fetch()
        route.abort()

    page.route(re.compile("/reply$"), lose)
    page.locator("#reply-text").fill("Only once")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_text("Not sent. Your text is kept here.")).to_be_visible()
    page.unroute(re.compile("/reply$"))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".entry.caseworker")).to_have_count(1)
    expect(page.locator(".pending")).to_have_count(0)
    assert said(work) == ["Only once"]


def test_store_away_is_said_and_the_words_stay(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    work.store.away = True
    page.locator("#reply-text").fill("Keep me")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_text(re.compile("The store cannot be reached"))).to_be_visible()
    work.store.away = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".entry.caseworker:not(.pending) .said")).to_have_text("Keep me")


def test_take_it_back_puts_it_into_its_own_box(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    page.context.set_offline(True)
    page.keyboard.press("n")
    page.keyboard.type("a secret")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not kept yet. Your text is here.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="To Maple River 271").click()
    page.get_by_role("button", name="Take it back into the box").click()
    expect(page.locator("#note-text")).to_have_value("a secret")
    expect(page.locator("#reply-text")).to_have_value("")
    assert (said(work), noted(work)) == ([], [])


def test_the_draft_survives_an_ended_session(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    page.locator("#reply-text").fill("Half a sent")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("half a note")
    served.call(work.accounts.end(work.tokens["ben"]))
    page.locator("#note-text").press("Control+Enter")  # goes to the sign-in page
    page.wait_for_url(re.compile("sign-in"))
    assert "أحدهم" not in page.content()
    token = served.call(work.accounts.begin("ben"))
    page.context.add_cookies([{"name": "ucare_console", "value": token, "url": served.url}])
    page.goto(f"{served.url}/console/cases/a")
    expect(page.locator("#reply-text")).to_have_value("Half a sent")
    expect(page.get_by_text("Not kept yet. Your text is here.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".entry.note:not(.pending) .bubble")).to_have_text("half a note")
    assert (said(work), noted(work)) == ([], ["half a note"])


def test_somebody_else_in_the_same_tab_sees_no_draft(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    page.keyboard.press("n")
    page.keyboard.type("of ben")
    page.context.add_cookies(
        [{"name": key, "value": value, "url": served.url} for key, value in work.cookies("lea").items()]
    )
    page.goto(f"{served.url}/console/cases/a")
    expect(page.locator("#note-text")).to_have_value("")
