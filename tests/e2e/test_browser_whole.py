"""A contact and a caseworker, each in a browser, against everything in one process as ``ucare run`` starts it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import async_playwright, expect

from bot.config import ROOT
from tests.browsing import ARGS, installed
from tests.e2e.installation import PASSWORD, START_S, Installation, children, eventually
from tests.understanding.double import running as understanding

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.redis]
PHONE = {"width": 390, "height": 780}


class Whole:
    """``ucare run`` in a process of its own, with its own server below the data folder."""

    def __init__(self, folder, **settings):
        self.installation = Installation(folder, REDIS_URL="", **settings)
        self.port = self.installation.ports["gateway"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def log(self):
        return self.installation.log("run")

    async def start(self):
        environment = self.installation.environment("gateway")
        with (self.installation.folder / "run.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await eventually(self.answers, timeout_s=START_S, what="the start of everything")

    async def answers(self):
        assert self.process.returncode is None, self.log[-2000:]
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"{self.url}/health/live")).status_code == 200
            except httpx.HTTPError:
                return False

    async def ready(self):
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"{self.url}/health/ready")).status_code == 200
            except httpx.HTTPError:
                return False

    async def kill(self):
        self.process.kill()
        await self.process.wait()

    async def end(self, how=signal.SIGINT):
        if self.process.returncode is None:
            self.process.send_signal(how)
            async with asyncio.timeout(45):
                await self.process.wait()
        return self.process.returncode


@asynccontextmanager
async def whole(folder, **settings):
    made = Whole(folder, **settings)
    try:
        await made.start()
        yield made
    finally:
        if made.process is not None:
            await made.end()


@pytest.fixture
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed(), args=ARGS)
        yield browser
        await browser.close()


async def press(page, name):
    """Press a button by the keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True).last
    await expect(button).to_be_visible(timeout=15_000)
    await button.focus()
    await page.keyboard.press("Enter")


async def say(page, text):
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")


async def enter_console(browser, whole):
    """Follow the link that ``ucare run`` printed, and choose a password."""
    link = re.compile(r"password here.*\n\s+http://127\.0\.0\.1:\d+(/\S+)")
    found = await eventually(lambda: link.search(whole.log), what="the link of the first caseworker")
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = await context.new_page()
    await page.goto(whole.url + found[1])
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("The same password again").fill(PASSWORD)
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    return page


async def test_a_contact_and_a_caseworker_meet(tmp_path, chromium):  # noqa: PLR0915 - one story
    async with (
        understanding() as double,
        whole(tmp_path / "all", NLU_URL=double.address.url, NLU_TOKEN=double.token) as running,
    ):
        double.topic = "out_of_scope"
        noor = await enter_console(chromium, running)
        await expect(noor.get_by_text("Nobody is waiting")).to_be_visible()
        await noor.evaluate("window.same = true")

        context = await chromium.new_context(viewport=PHONE, locale="en-GB")
        child, wrong = await context.new_page(), []
        child.on("pageerror", lambda error: wrong.append(str(error)))
        await child.goto(f"{running.url}/chat")
        await press(child, "Start")
        await press(child, "English")
        await press(child, "Greece")
        await press(child, "I am under 18")
        await press(child, "School")
        await expect(child.locator(".entry.bot .bubble").filter(has_text="school").first).to_be_visible()
        await child.screenshot(path=tmp_path / "chat-en.png")

        # The connection is lost in the middle: what is written meanwhile arrives, and everything is there once.
        await running.kill()
        await say(child, "Are you still there?")
        await expect(child.get_by_text("Not sent yet").first).to_be_visible(timeout=15_000)
        before = await child.locator(".entry.bot .bubble").count()
        await running.start()
        await expect(child.get_by_text("Not sent yet")).to_have_count(0, timeout=40_000)
        await expect(child.locator(".entry.bot .bubble")).not_to_have_count(before, timeout=40_000)
        await expect(child.locator(".entry.contact .bubble").filter(has_text="Are you still there?")).to_have_count(1)
        await child.reload()
        await expect(child.locator(".entry.contact .bubble").filter(has_text="Are you still there?")).to_have_count(1)

        # Asking for a person: the caseworker sees it without reloading.
        await press(child, "Talk to a person")
        row = noor.locator(".row").first
        await expect(row).to_be_visible(timeout=30_000)
        assert await noor.evaluate("window.same")
        await noor.locator(".row a").first.focus()
        await noor.keyboard.press("Enter")
        await noor.wait_for_selector("#composer[data-mode]")
        case = noor.url
        await noor.keyboard.press("c")
        await noor.keyboard.press("/")
        await noor.keyboard.press("Enter")
        send = noor.get_by_role("button", name=re.compile("^Send to"))
        await expect(send).to_be_focused(timeout=15_000)
        phrase = await noor.locator("#phrases .palette-sent").inner_text()
        await noor.keyboard.press("Enter")
        await expect(child.get_by_text("A person is reading your messages now")).to_be_visible(timeout=15_000)
        await expect(child.locator(".entry.caseworker .bubble")).to_have_text([phrase], timeout=15_000)
        # The store dies under a half-written reply: what was written stays, and goes out once.
        await noor.locator("#reply-text").fill("I am Noor.")
        (store,) = [pid for pid in children(running.process.pid) if b"valkey" in _command(pid)]
        os.kill(store, signal.SIGKILL)
        await noor.locator("#reply-text").press("End")
        await noor.keyboard.type(" I read you.")
        await eventually(running.ready, what="the store that was started again")
        await noor.locator("#reply-text").press("Control+Enter")
        again, read = noor.get_by_role("button", name="Try again"), child.get_by_text("I am Noor. I read you.")

        async def sent_or_kept():
            return await again.is_visible() or await read.is_visible()

        await eventually(sent_or_kept, what="the reply, or the word that it was kept")
        if await again.is_visible():
            await again.click()
        await expect(read).to_be_visible(timeout=15_000)
        await expect(noor.locator("#live")).to_have_attribute("data-state", "live", timeout=30_000)
        await expect(read).to_have_count(1)
        await expect(noor.locator(".delivery.sent, .delivery.delivered, .delivery.read")).to_have_count(
            2, timeout=15_000
        )
        await noor.keyboard.press("Escape")
        await noor.keyboard.press("n")
        await noor.keyboard.type("Seems calm. Ask about the school again.")
        await noor.keyboard.press("Control+Enter")
        await expect(noor.locator(".entry.note .bubble")).to_have_text("Seems calm. Ask about the school again.")
        await say(child, "Thank you Noor")
        await expect(noor.get_by_role("log").get_by_text("Thank you Noor")).to_be_visible(timeout=15_000)
        await noor.screenshot(path=tmp_path / "case.png")
        await expect(child.get_by_text("Seems calm")).to_have_count(0)  # what colleagues write stays with them
        await noor.get_by_role("button", name="Let the bot answer").click()
        await noor.locator("#do-snooze").get_by_role("button", name="Let the bot answer").click()
        await expect(child.get_by_text("I am the bot again")).to_be_visible(timeout=15_000)
        await say(child, "One more thing")  # a case that was handed back is on the desk again when the contact writes
        await noor.goto(case)
        await expect(noor.get_by_role("log").get_by_text("One more thing")).to_be_visible(timeout=15_000)
        await noor.keyboard.press("e")
        await noor.get_by_label("Answered").check()
        await noor.get_by_label("Why is this done?").fill("Answered.")
        await noor.locator("#do-resolve").get_by_role("button", name="Close the case").click()
        await expect(noor.get_by_text("Nobody is waiting")).to_be_visible(timeout=15_000)
        await expect(child.get_by_text("The person has ended this talk")).to_be_visible(timeout=15_000)
        assert wrong == []


async def test_arabic_on_a_phone(tmp_path, chromium):
    async with (
        understanding() as double,
        whole(tmp_path / "all", NLU_URL=double.address.url, NLU_TOKEN=double.token) as running,
    ):
        context = await chromium.new_context(viewport=PHONE, locale="ar")
        page = await context.new_page()
        await page.goto(f"{running.url}/chat")
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await say(page, "مرحبا، هل يمكنني الذهاب إلى المدرسة؟")
        answer = page.locator(".entry.bot .bubble")
        await expect(answer.first).to_be_visible(timeout=20_000)
        await expect(answer.first).to_have_attribute("dir", "rtl")
        await press(page, "اليونان")
        await expect(page.get_by_role("button", name="كيف أبدأ؟", exact=True)).to_be_visible(timeout=15_000)
        await page.screenshot(path=tmp_path / "chat-ar.png")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_ctrl_c_ends_everything_and_the_second_start_goes_on(tmp_path):
    began = time.monotonic()
    async with whole(tmp_path / "all", NLU_URL="http://127.0.0.1:9") as running:
        below = children(running.process.pid)
        first = time.monotonic() - began
        assert below, "the server of the store is a child"
        session, same = httpx.AsyncClient(base_url=running.url, trust_env=False), {"origin": running.url}
        async with session:
            assert (await session.post("/chat/session", headers=same)).status_code == 200
            posted = await session.post("/chat/messages", headers=same, json={"id": "message-1", "start": "web"})
            assert posted.status_code == 202
            await eventually(lambda: _seen(session, same, "I am a bot"), what="the welcome")
            assert await running.end() == 0
            left = [pid for pid in below if _alive(pid)]
            assert left == [], "something was left running"
            began = time.monotonic()
            await running.start()
            assert time.monotonic() - began < 10 + 2 * first
            assert await _seen(session, same, "I am a bot")


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _alive(pid):
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


async def _seen(session, same, piece):
    """Look into the mailbox through the stream that the page reads."""
    try:
        async with asyncio.timeout(3), session.stream("GET", "/chat/events", headers=same) as stream:
            async for line in stream.aiter_lines():
                if piece in line:
                    return True
    except (TimeoutError, httpx.HTTPError):
        pass
    return False
