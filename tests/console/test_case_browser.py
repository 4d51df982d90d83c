"""The page of a case in a real browser: two caseworkers at once, and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.core.acts import claim, close, speak
from bot.ports.partitions import Line
from tests.console.casebrowser import DESK, PHONE, TABLET, act, barriers, noted, said
from tests.console.casework import MINUTE, PEOPLE
from tests.console.memory import now

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_the_alert_to_a_sent_phrase_in_six_strokes(opened, work):
    page = opened(path="queue")
    strokes = 0

    def press(key):
        nonlocal strokes
        strokes += 1
        page.keyboard.press(key)

    expect(page.get_by_role("link", name=re.compile("Maple River 271"))).to_be_visible()
    page.get_by_role("link", name=re.compile("Maple River 271")).focus()
    press("Enter")
    page.wait_for_selector("#composer[data-mode]")
    press("c")
    press("/")
    press("Enter")  # the first phrase is the one that asks whether the contact can talk safely
    expect(page.get_by_role("button", name=re.compile("Send to Maple River"))).to_be_focused()
    assert said(work) == []
    press("Enter")
    expect(page.locator(".entry.caseworker .said")).to_have_count(1)
    expect(page.get_by_text("Being sent")).to_be_visible()
    assert strokes <= 6
    (line,) = [line for line in work.store.logs["a"] if line.who == "caseworker"]
    assert line.phrase.startswith("safe.talk")


def test_a_held_enter_sends_nothing_unseen(opened, served, work):
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.locator("#reply-text").press("/")
    page.evaluate("""() => { for (let i = 0; i < 5; i++) document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", repeat: i > 0, bubbles: true, cancelable: true})) }""")
    expect(page.get_by_role("button", name=re.compile("Send to Maple River"))).to_be_focused()
    assert said(work) == []


def test_search_chooses_and_shows_both_languages(opened, served, work):
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.locator("#reply-text").press("/")
    search = page.get_by_role("combobox", name="Search in your language")
    expect(search).to_be_focused()
    search.press_sequentially("police")
    expect(page.get_by_role("option", selected=True)).to_have_text(re.compile("police"))
    first = page.get_by_role("option", selected=True).inner_text()
    search.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).not_to_have_text(first)
    active = search.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    expect(page.locator("#phrases .palette-shown")).not_to_be_empty()
    expect(page.locator("#phrases .palette-sent")).to_have_text(re.compile("[\u0600-\u06ff]"))
    page.keyboard.press("Escape")
    expect(search).to_be_hidden()
    assert said(work) == []


def test_a_gap_is_filled_and_seen_before_it_is_sent(opened, served, work):
    served.call(work.case("e", "T2", "Grey Seal 9", locale="en"))
    act(served, work, "noor", claim.Claim(), "e")
    page = opened(path="cases/e")
    page.locator("#reply-text").press("/")
    page.get_by_role("combobox").press_sequentially("introduce")
    expect(page.get_by_role("option", selected=True)).to_have_text(re.compile("I am …|I am {name}"))
    page.keyboard.press("Enter")
    page.keyboard.type("Anna")
    expect(page.locator("#phrases .palette-sent")).to_have_text(re.compile("Anna"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("Send to Grey Seal"))).to_be_focused()
    assert said(work, "e") == []
    page.keyboard.press("Enter")
    expect(page.locator(".entry.caseworker .said")).to_have_text(re.compile("Anna"))
    for _ in range(100):  # the page shows it before the store has it
        if work.store.logs["e"][-1].phrase:
            break
        page.wait_for_timeout(50)
    assert [line.phrase for line in work.store.logs["e"]][-1] == "greeting.name_me"


def test_a_note_is_never_sent(opened, served, work):
    act(served, work, "ben", claim.Claim())
    page = opened("ben")
    note, reply = page.locator("#note-text"), page.locator("#reply-text")
    page.keyboard.press("n")
    expect(note).to_be_focused()
    page.keyboard.type("He hits her. Tell nobody")
    page.get_by_role("button", name="To Maple River 271").click()  # another box: nothing comes along
    expect(reply).to_have_value("")
    for key in ("Enter", "Control+Enter", "Meta+Enter"):
        reply.press(key)
    reply.fill("")
    page.locator("#reply").get_by_role("button", name="Send", exact=True).click()
    page.reload()
    expect(page.locator("#reply-text")).to_have_value("")
    expect(page.get_by_role("button", name=re.compile("Note"))).to_have_attribute("data-draft", "draft")
    # by tab alone, from the reply, nothing of the note is reached
    page.locator("#reply-text").focus()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('#note') !== null"))
    assert not any(seen)
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 60})
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_have_value("He hits her. Tell nobody")
    page.locator("#note-text").press("Control+Enter")
    expect(page.locator(".entry.note .bubble")).to_have_text("He hits her. Tell nobody")
    assert (said(work), noted(work)) == ([], ["He hits her. Tell nobody"])


def test_two_at_once_one_wins_and_the_other_is_told(opened, work):
    noor, ben = opened("noor"), opened("ben")
    for page in (noor, ben):
        expect(page.get_by_role("button", name="Take this case")).to_be_visible()
    expect(noor.get_by_text("Also reading: ben")).to_be_visible()
    ben.route(re.compile("part=1"), lambda route: route.abort())  # ben's page is a moment behind
    noor.keyboard.press("c")
    expect(noor.locator("#reply-text")).to_be_focused()
    ben.keyboard.press("c")
    expect(ben.get_by_text("noor was faster and has this case now.").first).to_be_visible()
    ben.unroute(re.compile("part=1"))
    expect(ben.get_by_role("button", name="Take this case")).to_be_hidden(timeout=40_000)
    expect(ben.locator("#reply-text")).to_be_hidden()
    expect(ben.locator("#note-text")).to_be_visible()
    assert work.store.cases["a"].assignee == "noor"
    ben.close()
    expect(noor.get_by_text("Also reading")).to_be_hidden()


def test_free_text_in_an_unknown_language_waits(opened, served, work):
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.locator("#reply-text").fill("Hello, can you read this?")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_text("You have not listed Arabic among your languages.")).to_be_visible()
    expect(page.locator("#reply-text")).to_have_value("Hello, can you read this?")
    assert said(work) == []
    page.get_by_role("button", name="Change the text").click()
    page.locator("#reply-text").press("Control+Enter")
    page.get_by_role("button", name="Send it anyway").click()
    expect(page.locator(".entry.caseworker .said")).to_have_text("Hello, can you read this?")
    page.locator("#reply-text").fill("And this?")
    page.locator("#reply-text").press("Control+Enter")
    expect(page.get_by_role("button", name="Send it anyway")).to_be_visible()
    assert said(work) == ["Hello, can you read this?"]


def test_a_new_message_comes_in_and_the_delivery_goes_on(opened, served, work):
    act(served, work, "ben", claim.Claim())
    act(served, work, "ben", speak.Reply("hello"))
    page = opened("ben")
    page.evaluate("window.same = true")
    served.call(work.store.deliver("a", "read"))
    expect(page.locator(".delivery.read")).to_be_visible()
    served.call(work.store.write("a", "نعم"))
    expect(page.get_by_role("log").get_by_text("نعم")).to_be_visible()
    assert page.evaluate("window.same")


def test_a_second_person_confirms_on_their_own_page(opened, served, work):
    act(served, work, "noor", claim.Claim())
    noor, ben = opened("noor"), opened("ben")
    noor.keyboard.press("e")
    noor.get_by_label("Handed on to another service").check()
    noor.get_by_label("Why is this done?").fill("The police are there.")
    noor.locator("#do-resolve").get_by_role("button", name="Close the case").click()
    expect(noor.get_by_text("It waits for a second person.")).to_be_visible()
    ben.get_by_role("button", name="Confirm").click()
    expect(ben.get_by_text("This case is closed.")).to_be_visible()
    expect(noor.get_by_text("This case is closed.")).to_be_visible()
    assert work.store.cases["a"].outcome == "other_service"


def test_a_half_written_reason_outlives_what_happens_meanwhile(opened, served, work):
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.keyboard.press("e")
    page.get_by_label("Why is this done?").fill("Because")
    served.call(work.store.write("a", "هل أنت هناك"))
    expect(page.get_by_text("هل أنت هناك")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Why is this done?")).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_label("Why is this done?")).to_have_value("Because")


def test_the_address_at_t0_never_stands_in_the_address_bar(opened, served, work):
    served.call(work.case("t0", "T0", "Red Fox 7"))
    act(served, work, "noor", claim.Claim(), "t0")
    page = opened(path="cases/t0")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="See how the contact is reached").click()
    page.get_by_label("Why is it needed?").fill("An ambulance.")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("telegram:42")).to_be_visible()
    assert "42" not in page.url.rsplit("/", 1)[-1]
    page.get_by_role("link", name="Back to the case").click()
    expect(page.get_by_text("telegram:42")).to_have_count(0)


def test_ticks_labels_and_reminders_without_leaving(opened, served, work):
    act(served, work, "noor", claim.Claim())
    page = opened()
    page.evaluate("window.same = true")
    page.get_by_role("checkbox", name="Safeguarding lead was told").click()
    expect(page.get_by_role("checkbox", name="Safeguarding lead was told")).to_be_checked()
    page.get_by_label("New label").fill("school")
    page.get_by_label("New label").press("Enter")
    expect(page.get_by_text("school", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take off the label school").click()
    expect(page.get_by_text("school", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Tomorrow at 9").click()
    expect(page.locator(".reminder")).to_contain_text("09:00")
    assert work.store.cases["a"].checked == ("lead_told",)
    assert page.evaluate("window.same")


@pytest.mark.parametrize("size", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("dark", "en-GB"), ("light", "ar")])
def test_no_barrier_and_no_sideways_scrolling(opened, served, work, size, scheme, locale):
    act(served, work, "noor", claim.Claim())
    act(served, work, "noor", speak.Reply("هل أنت بخير؟", "x"))
    act(served, work, "lea", speak.Note("Ask first, @noor."))
    act(served, work, "noor", close.Resolve("answered", "Done."))
    work.store.logs["a"].append(Line(now() - MINUTE, "contact", "x" * 300))
    page = opened(size=size, color_scheme=scheme, locale=locale)
    expect(page.locator("#reply-text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []
    page.locator("#reply-text").press("/")
    expect(page.locator("#phrases [role=option]").first).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_every_role_gets_a_page_that_fits(opened, name):
    page = opened(name, size=PHONE)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_all_works_without_the_script(opened, work):
    page = opened("ben", java_script_enabled=False)
    page.get_by_role("button", name="Take this case").click()
    page.locator("#reply-text").fill("مرحبا")
    page.locator("#reply").get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Phrases").click()
    page.locator(".plain-phrase").first.get_by_role("button", name="Send").click()
    page.locator("#note-text").fill("for us")
    page.get_by_role("button", name="Keep the note").click()
    assert len(said(work)) == 2
    assert noted(work) == ["for us"]
