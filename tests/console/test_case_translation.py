"""The page of a case in a real browser with a machine that translates, marked and beside the original."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from bot.core.acts import claim
from bot.translation.client import LibreTranslate
from bot.translation.places import place_of
from tests.console.casebrowser import act, said
from tests.console.casework import Casework
from tests.console.memory import MemoryAudit
from tests.translation.double import LibreTranslateDouble

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_machine_translates_only_when_asked_and_beside_the_original(opened, served, work):
    offers = SimpleNamespace(offers=lambda _source, _target: True)  # the page asks nothing else of it
    object.__setattr__(work.parts, "translator", offers)
    act(served, work, "noor", claim.Claim())
    page = opened()
    asked = []

    def answer(route):
        asked.append(route.request.post_data)
        route.fulfill(json={"text": "Somebody follows me" if "to=me" in route.request.post_data else "مرحبا"})

    page.route(re.compile("/translate$"), answer)
    expect(page.locator(".same.machine")).to_have_count(0)
    assert asked == []
    page.get_by_role("button", name="Translate", exact=True).click()
    bubble = page.locator(".entry.contact .bubble").first
    expect(bubble.locator(".same.machine")).to_have_text("translated by machine Somebody follows me")
    expect(bubble.locator(".said")).to_contain_text("أحدهم")
    page.locator("#reply-text").fill("Hello")
    page.locator("#reply-text").press("Control+Enter")
    page.locator("#warning").get_by_role("button", name="Translate and look").click()
    expect(page.locator(".translated-text")).to_have_text("مرحبا")
    assert said(work) == []
    page.get_by_role("button", name="Send the translation").click()
    expect(page.locator(".entry.caseworker:not(.pending) .said")).to_have_text("مرحبا")
    expect(page.locator(".entry.caseworker .same.machine")).to_contain_text("Hello")
    line = work.store.logs["a"][-1]
    assert (line.text, line.original, line.phrase) == ("مرحبا", "Hello", "")


class TestWithATranslationServer:
    """The page, the console and the client against a double of LibreTranslate, which turns texts round."""

    @pytest.fixture
    def machine(self):
        return LibreTranslate(place_of("http://127.0.0.1:1"))

    @pytest.fixture
    def work(self, machine):
        return Casework(translator=machine, audit=MemoryAudit())

    @pytest.fixture
    def double(self, served, machine):
        running = LibreTranslateDouble()
        served.call(running.__aenter__())
        machine._place = place_of(running.url)
        yield running
        served.call(machine.close())
        served.call(running.__aexit__())

    def test_a_message_and_a_reply_are_translated_and_both_originals_stay(self, opened, served, work, double):
        act(served, work, "noor", claim.Claim())
        page = opened()
        message = page.locator(".entry.contact .bubble").first.locator(".said").text_content()
        page.get_by_role("button", name="Translate", exact=True).click()
        expect(page.locator(".entry.contact .same.machine").first).to_contain_text(message[::-1])
        page.context.clear_cookies(name="ucare_zone")  # from now on the server writes each entry with other hours
        served.call(work.store.write("a", "more"))
        expect(page.locator(".entry.contact .said").last).to_have_text("more")
        expect(page.locator(".entry.contact .same.machine").first).to_contain_text(message[::-1])
        page.locator("#reply-text").fill("Hello")
        page.locator("#reply-text").press("Control+Enter")
        page.locator("#warning").get_by_role("button", name="Translate and look").click()
        expect(page.locator(".translated-text")).to_have_text("olleH")
        assert said(work) == []
        page.get_by_role("button", name="Send the translation").click()
        expect(page.locator(".entry.caseworker .same.machine")).to_contain_text("Hello")
        assert (work.store.logs["a"][-1].text, work.store.logs["a"][-1].original) == ("olleH", "Hello")
        assert [(one["source"], one["target"]) for one in double.asked] == [("ar", "en"), ("en", "ar")]
        assert [detail for _, verb, _, detail in work.parts.audit.noted if verb == "translate"] == [
            "ar to en", "en to ar",
        ]  # fmt: skip

    def test_a_server_that_is_away_is_said_and_the_draft_stays(self, opened, served, work, double):
        act(served, work, "noor", claim.Claim())
        served.call(work.parts.translator.languages())
        double.next(9, status=500)
        page = opened()
        page.locator("#reply-text").fill("Hello")
        page.get_by_role("button", name="Translate and look").first.click()
        expect(page.locator("#reply .error")).to_contain_text("cannot be reached now")
        page.get_by_role("button", name="Translate", exact=True).click()
        expect(page.locator("#log .error")).to_contain_text("cannot be reached now")
        expect(page.locator("#reply-text")).to_have_value("Hello")
        assert said(work) == []


def held_answers(page):
    """Hold back the answers to a draft until they are let go."""
    waiting = []
    page.route(re.compile("/translate$"), lambda route: waiting.append(route))  # noqa: PLW0108 - it is marked by playwright

    def release(text="مرحبا"):
        page.wait_for_timeout(50)
        waiting.pop().fulfill(json={"text": text})

    return waiting, release


@pytest.fixture
def drafting(opened, served, work):
    offers = SimpleNamespace(offers=lambda _source, _target: True)
    object.__setattr__(work.parts, "translator", offers)
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.locator("#reply-text").fill("Hello")
    return page


def test_a_translation_of_words_that_were_changed_meanwhile_is_not_offered(drafting, work):
    page = drafting
    waiting, release = held_answers(page)
    button = page.locator("#reply").get_by_role("button", name="Translate and look")
    button.first.click()
    button.first.click()  # a second press asks for nothing more
    expect(button.first).to_have_attribute("aria-busy", "true")
    page.locator("#reply-text").fill("Hello, wait")
    assert len(waiting) == 1
    release()
    expect(button.first).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#translated")).to_be_hidden()
    button.first.click()
    expect(button.first).to_have_attribute("aria-busy", "true")
    release()
    expect(page.locator(".translated-text")).to_have_text("مرحبا")
    assert said(work) == []


def test_a_translation_that_is_taken_back_leaves_what_was_written(drafting, work):
    page = drafting
    page.route(re.compile("/translate$"), lambda route: route.fulfill(json={"text": "مرحبا"}))
    page.locator("#reply").get_by_role("button", name="Translate and look").first.click()
    expect(page.locator(".translated-text")).to_have_text("مرحبا")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the translation").click()
    page.get_by_role("button", name="Take it back into the box").click()
    expect(page.locator("#reply-text")).to_have_value("Hello")  # not the machine's words, which would go out unmarked
    assert said(work) == []
