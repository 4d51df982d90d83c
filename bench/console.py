"""From a commit to the screen: a console with 200 open cases and 20 caseworkers who look at the queue at once.

Nineteen of them are clients that do what the page does (a stream of hints, then the changed part, at most twice a
second); the twentieth is a real browser, in whose page it is observed when a change is there to be seen. Beside it the
same with one watcher alone: the ratio says what nineteen colleagues cost.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.async_api import async_playwright

from bench.tables import Size, Table, quantile
from bot.book.printing import browser
from bot.bootstrap import doors
from bot.bootstrap.base import Base, open_base
from bot.bootstrap.serving import serving
from bot.config import Settings
from bot.console.access import COOKIE
from bot.core.acts import file
from bot.core.conversation import Case, Conversation
from bot.core.escalation import open_escalation
from bot.core.events import MessageReceived
from bot.people.accounts import Accounts
from bot.ports.channels import Incoming
from bot.ports.partitions import Commit

OPEN: Final = 200
WATCHERS: Final = 20
GAP_S: Final = 0.15
"""Between two changes: some six a second."""
PASSWORD: Final = "seven boats in a blue room"
OBSERVE: Final = """
window.seen = {};
new MutationObserver(() => {
  for (const tag of document.querySelectorAll('.row .tag'))
    if (!(tag.textContent in window.seen)) window.seen[tag.textContent] = Date.now();
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Base, str, list[str], list[str]]]:
    """Serve a console over a real store; yield it, its address, sessions of caseworkers, and ids of open cases."""
    settings = Settings(_env_file=None, ucare_data_dir=folder, redis_url="", partitions=8)
    async with open_base(settings) as base:
        accounts = Accounts(base.store.vault)
        tokens = []
        for number in range(WATCHERS):
            await accounts.choose_password(await accounts.invite(f"person{number}"), PASSWORD)
            tokens.append(await accounts.begin(f"person{number}"))
        ids = await _cases(base)
        async with serving(doors.desk_app(base, doors.phrases(base)), "127.0.0.1", 0) as port:
            yield base, f"http://127.0.0.1:{port}", tokens, ids


async def _cases(base: Base) -> list[str]:
    ids: list[str] = []
    now = base.clock.now()
    for number in range(OPEN):
        event = MessageReceived(id=f"m-{number}", at=now, text="…")
        await base.store.inbox.append(Incoming("webchat", f"bench-{number}", event, ""))
    for partition in await base.store.partitions.acquire(base.store.partitions.count):
        for entry in await partition.read(OPEN):
            case = open_escalation(
                id=f"{entry.ref}-{now:x}", ref=entry.ref, partition=partition.number, channel="webchat",
                level=("T1", "T2", "T3")[len(ids) % 3], topic="guardian", at=now, pseudonym=f"Case {len(ids)}",
                locale="ps", country="GR",
            )  # fmt: skip
            kept = Conversation(entry.ref, "webchat", case=Case(case.id, case.level, case.topic), last_at=now)
            await partition.commit([Commit(entry=entry, conversation=kept, escalation=case)])
            ids.append(case.id)
    return ids


async def watch(address: str, token: str, seen: dict[str, float], stop: asyncio.Event) -> None:
    """Do what the page of the queue does, and write down when each label was received first."""
    cookies, tag, last = {COOKIE: token}, "", 0.0
    async with (
        httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30) as client,
        client.stream("GET", "/console/events") as stream,
    ):
        async for line in stream.aiter_lines():
            if stop.is_set():
                return
            if not line.startswith("event: change"):
                continue
            await asyncio.sleep(max(0.0, last + 0.5 - time.monotonic()))
            last = time.monotonic()
            part = await client.get("/console/queue?part=1", headers={"if-none-match": tag} if tag else {})
            tag = part.headers.get("etag", tag)
            if part.status_code == httpx.codes.OK:
                for html in part.json()["rows"].values():
                    for piece in html.split('<span class="tag">')[1:]:
                        seen.setdefault(piece.partition("<")[0], time.time())


async def measure(address: str, base: Base, ids: list[str], tokens: list[str], changes: int, page: Any) -> list[float]:  # noqa: ANN401 - Playwright's page
    """Make changes and return the seconds from each commit to each screen."""
    stop = asyncio.Event()
    seen: list[dict[str, float]] = [{} for _ in tokens]
    watchers = [
        asyncio.create_task(watch(address, token, mine, stop)) for token, mine in zip(tokens, seen, strict=True)
    ]
    await asyncio.sleep(1.5)
    done: dict[str, float] = {}
    mark = f"m{time.monotonic_ns() % 10**8:x}"
    for number in range(changes):
        label = f"{mark}-{number}"
        await base.store.escalations.act(ids[number % OPEN], "person0", file.Label(label))
        done[label] = time.time()
        await asyncio.sleep(GAP_S)
    await asyncio.sleep(2.0)
    stop.set()
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    screen = {name: at / 1000 for name, at in (await page.evaluate("window.seen")).items()}
    return [
        views.get(label, float("inf")) - at for views in (*seen, screen) for label, at in done.items() if label in views
    ] + [float("inf")] * sum(label not in views for views in (*seen, screen) for label in done)


async def run(size: Size) -> Table:
    """Measure one watcher and all of them, one after the other, in the same console."""
    changes = size.pick(40, 150, 250)
    with tempfile.TemporaryDirectory() as folder:
        async with desk(Path(folder)) as (base, address, tokens, ids), async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
            )
            context = await chromium.new_context()
            await context.add_cookies([{"name": COOKIE, "value": tokens[-1], "url": f"{address}/console"}])
            page = await context.new_page()
            await page.add_init_script(OBSERVE)
            await page.goto(f"{address}/console/queue?all=1")
            alone = await measure(address, base, ids, [], changes, page)
            many = await measure(address, base, ids, tokens[:-1], changes, page)
            await chromium.close()
    rows = [(name, *(f"{quantile(took, share) * 1000:.0f}" for share in (0.5, 0.9, 0.99)), f"{max(took) * 1000:.0f}")
            for name, took in (("one browser", alone), (f"{WATCHERS} at once", many))]  # fmt: skip
    rows.append(("ratio", *(f"{quantile(many, s) / quantile(alone, s):.2f}" for s in (0.5, 0.9, 0.99)), ""))
    return Table(
        f"console: from commit to screen, {OPEN} open cases, a change every {GAP_S * 1000:.0f} ms",
        ("watching", "p50 ms", "p90 ms", "p99 ms", "most ms"), rows,
        ["a page asks for what changed at most twice a second", "inf: a change was not seen by somebody"],
    )  # fmt: skip
