"""The preview as an author uses it: files on disk, the real page, a real browser."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from bot.config import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON = 30_000
"""Milliseconds; the machine may be busy."""
GUARDIAN = "child/guardian.yml"
SENTENCE = "A guardian is a grown-up who speaks up for you."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the real flows and catalogs."""
    made = tmp_path_factory.mktemp("author")
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, made / name)
    return made


@pytest.fixture(scope="module")
def address(folder):
    """The preview, started as an author starts it."""
    command = [sys.executable, "-m", "bot", "flows", "preview", "--port", "0", "--flows", folder / "flows"]
    process = subprocess.Popen([*command, "--locales", folder / "locales"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if "http://" in line:
                yield line.split()[-1]
                break
    finally:
        process.terminate()
        process.stderr.close()
        assert process.wait(20) == 0


@pytest.fixture
def page(chromium, address, folder):
    kept = (folder / "flows" / GUARDIAN).read_text(encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(SOON)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: "Content Security" in line.text and page.errors.append(line.text))
    page.goto(address)
    page.get_by_role("button", name="Begin again").click()
    yield page
    (folder / "flows" / GUARDIAN).write_text(kept, encoding="utf-8")
    assert page.errors == []
    context.close()


def edit(folder, old, new):
    path = folder / "flows" / GUARDIAN
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def go(page, flow="guardian.child"):
    page.get_by_label("Flow", exact=True).fill(flow)
    page.get_by_role("button", name="Go", exact=True).click()
    return page.frame_locator("#chat")


def visible(locator):
    expect(locator).to_be_visible(timeout=SOON)


def test_saved_text_appears_and_the_conversation_stays(page, folder):
    chat = go(page)
    visible(chat.get_by_text(SENTENCE))
    chat.get_by_role("button", name="Get a guardian").click()
    visible(page.locator("#where").get_by_text("guardian.child / then"))
    chat.get_by_role("textbox").fill("half a thought")
    edit(folder, SENTENCE, "A guardian is somebody on your side.")
    visible(chat.get_by_text("A guardian is somebody on your side."))
    expect(chat.get_by_text(SENTENCE)).to_have_count(0)
    expect(chat.locator(".changed")).to_have_count(1)
    expect(chat.locator(".entry.contact .bubble")).to_have_text(["→ guardian.child", "Get a guardian"])
    expect(chat.get_by_role("textbox")).to_have_value("half a thought")
    visible(page.locator("#where").get_by_text("guardian.child / then"))


def test_broken_file_shows_its_fault_and_costs_nothing(page, folder):
    chat = go(page)
    visible(chat.get_by_text(SENTENCE))
    edit(folder, "next: get", "next: got")
    visible(page.get_by_role("alert").get_by_text("still in use"))
    visible(page.locator("#faults .error").get_by_text("guardian.child has no step 'got'").first)
    visible(page.locator("#faults .error .mend").first)
    chat.get_by_role("button", name="Get a guardian").click()  # what was said before still works
    visible(page.locator("#where").get_by_text("guardian.child / then"))
    edit(folder, "next: got", "next: get")
    expect(page.get_by_role("alert").get_by_text("still in use")).to_have_count(0, timeout=SOON)
    expect(page.locator("#faults .error")).to_have_count(0, timeout=SOON)


def test_sources_and_the_drawing(page):
    chat = go(page)
    visible(chat.get_by_text(SENTENCE))
    page.get_by_label("Where each sentence comes from").check()
    visible(chat.locator(".origin .file").get_by_text("flows/child/guardian.yml:").first)
    visible(chat.locator(".origin .fact").first)
    with page.expect_popup() as opened:
        page.locator("#where").get_by_role("link", name="draw").click()
    drawing = opened.value
    visible(drawing.locator("#here").get_by_text("more · choose"))
    assert drawing.locator("#here rect").first.evaluate("e => getComputedStyle(e).strokeWidth") == "3px"


def test_pickers_turn_the_chat_and_leave_the_way(page):
    chat = go(page)
    visible(chat.get_by_text(SENTENCE))
    page.get_by_label("Language").select_option("fa_AF")
    expect(chat.locator("html")).to_have_attribute("dir", "rtl", timeout=SOON)
    expect(chat.locator(".entry.bot .bubble").last).to_have_attribute("lang", "fa-AF", timeout=SOON)
    visible(page.locator("#where").get_by_text("guardian.child / more"))
    page.get_by_label("Language").select_option("en_XA")
    expect(chat.locator("html")).to_have_attribute("dir", "ltr", timeout=SOON)
    expect(chat.locator(".entry.bot .bubble").last).to_contain_text("[", timeout=SOON)
    page.get_by_label("Language").select_option("en")
    page.get_by_label("Country").select_option("GR")
    visible(chat.get_by_text(SENTENCE))
    page.get_by_role("button", name="Sunday night").click()
    visible(page.get_by_text("Sunday", exact=True))
    page.get_by_role("button", name="By day").click()
    visible(page.get_by_text("Tuesday", exact=True))
    page.get_by_label("Country").select_option("BE")


def test_phone_has_everything_behind_two_buttons(page):
    page.set_viewport_size({"width": 360, "height": 640})
    expect(page.get_by_label("Language")).to_be_hidden()
    page.get_by_role("button", name="About it").click()
    chat = go(page)
    visible(chat.get_by_text(SENTENCE))
    for name in ("About it", "Chat"):
        page.get_by_role("button", name=name).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    visible(chat.get_by_role("button", name="Leave quickly"))


def test_typed_words_and_quick_exit(page):
    chat = page.frame_locator("#chat")
    visible(page.get_by_text("Typed questions need the language server"))
    chat.get_by_role("textbox").fill("menu")
    chat.get_by_role("button", name="Send", exact=True).click()
    visible(page.locator("#where").get_by_text("menu / child"))
    chat.get_by_role("button", name="Leave quickly").click()
    visible(chat.get_by_text("The contact left quickly."))
    chat.get_by_role("link", name="Back to the chat").click()
    expect(chat.locator(".entry.contact .bubble")).to_have_text(["menu"], timeout=SOON)
