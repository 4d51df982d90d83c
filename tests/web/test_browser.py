"""The chat page in a real browser, phone-sized, over the in-memory mailbox."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from bot.web.app import chat_app
from tests.web.memory import outgoing
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 390, "height": 780}


@pytest.fixture
def served(world):
    world.chat.answers = {
        "web": outgoing("Hello. I am a bot. What do you want to know?", "School", "My guardian", "Talk to a person"),
        "school": outgoing("Every child may go to school. Call 116 111 or see https://example.org/school."),
        "p:Talk to a person": outgoing("I ask a person to write to you here."),
        "مرحبا": outgoing("مرحبًا. كيف أساعدك؟", "المدرسة", "أريد شخصًا", locale="ar", rtl=True),
    }
    # The harmless page must be reachable offline; where it is in real life is a setting.
    with Served(chat_app(world.parts(exit_url="/health/live"))) as served:
        yield served


@pytest.fixture
def page(chromium, served):
    context = chromium.new_context(viewport=PHONE, locale="en-GB")
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: "Content Security" in line.text and page.errors.append(line.text))
    page.goto(f"{served.url}/chat")
    yield page
    assert page.errors == []
    context.close()


def say(page, text):
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def address_of(page):
    return next(c["value"] for c in page.context.cookies() if c["name"] == "ucare_chat")


def test_start_choose_and_ask(page, world):
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("What do you want to know?")).to_be_visible()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text("I ask a person")).to_be_visible()
    say(page, "school")
    expect(page.get_by_text("Every child")).to_be_visible()
    expect(page.get_by_role("link", name="116 111")).to_have_attribute("href", "tel:116111")
    expect(page.get_by_role("link", name="https://example.org/school")).to_be_visible()
    assert [e.button or e.start or e.text for e in world.chat.events] == [
        "web",
        "p:Talk to a person",
        "school",
    ]


def test_page_fits_a_small_phone_and_everything_can_be_tapped(page):
    page.set_viewport_size({"width": 320, "height": 568})
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="School")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in page.get_by_role("button").all():
        if button.is_visible():
            assert button.bounding_box()["height"] >= 44


def test_keyboard_alone_and_what_a_screen_reader_is_told(page, world):
    page.get_by_role("textbox").focus()
    page.keyboard.type("school")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Every child")).to_be_visible()
    log = page.get_by_role("log", name="Messages")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log.get_by_text("Bot", exact=True)).to_be_visible()
    assert world.chat.events[0].text == "school"


def test_arabic_turns_the_page_and_its_words(page, served):
    say(page, "مرحبا")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", name="اسأل هنا")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "اكتب هنا…")
    expect(page.locator(".entry.bot .bubble")).to_have_attribute("dir", "rtl")
    assert page.locator(".contact .bubble").evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_reload_shows_the_conversation_once(page):
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="School").wait_for()
    say(page, "school")
    expect(page.get_by_text("Every child")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Every child")).to_be_visible()
    expect(page.locator(".entry.contact .bubble")).to_have_text(["school"])
    expect(page.locator("#intro")).to_be_hidden()


def test_message_written_without_connection_arrives_later_and_once(page, world):
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="School").wait_for()
    page.context.set_offline(True)
    say(page, "first")
    say(page, "school")
    expect(page.get_by_text("Not sent yet").first).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Every child")).to_be_visible(timeout=20_000)
    assert [e.text for e in world.chat.events if e.text] == ["first", "school"]
    expect(page.locator(".entry.contact .bubble")).to_have_text(["first", "school"])


def test_store_away_is_told_and_try_again_works(page, world):
    world.chat.away = True
    say(page, "school")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    world.chat.away = False
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Every child")).to_be_visible(timeout=20_000)


def test_a_person_answers_live_and_messages_can_be_taken_back(page, world, served):
    say(page, "school")
    expect(page.get_by_text("Every child")).to_be_visible()
    address = address_of(page)
    served.call(world.chat.append(address, outgoing("I am Noor. <b>I read you.</b>"), who="caseworker"))
    expect(page.get_by_text("I am Noor. <b>I read you.</b>")).to_be_visible()
    expect(page.get_by_text("A person", exact=True)).to_be_visible()
    served.call(world.chat.remove(address, tuple(one.id for one in world.chat.boxes[address])))
    expect(page.locator(".entry")).to_have_count(0)


def test_long_message_is_cut_and_said(page):
    say(page, "a" * 3000)
    expect(page.get_by_text("Only the first 2000 letters")).to_be_visible()


def test_starting_is_said_and_ends(page, world):
    world.understands = False
    page.reload()
    expect(page.get_by_text("I am still starting")).to_be_visible()
    world.understands = True
    expect(page.get_by_text("I am still starting")).to_be_hidden(timeout=15_000)


@pytest.mark.parametrize("way", ["button", "escape"])
def test_quick_exit_leaves_no_way_back(page, world, way):
    say(page, "school")
    expect(page.get_by_text("Every child")).to_be_visible()
    if way == "button":
        page.get_by_role("button", name="Leave quickly").click()
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("**/health/live")
    until = time.monotonic() + 5
    while any(c["name"] == "ucare_chat" for c in page.context.cookies()) and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert not page.context.cookies()
    page.go_back()
    assert "Every child" not in page.content()
