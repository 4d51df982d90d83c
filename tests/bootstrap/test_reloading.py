"""Files are saved while everything runs: sound ones are taken over, broken ones are not, and no message is lost."""

from __future__ import annotations

import asyncio
import os
import pty
import shutil
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.bootstrap.roles import ROLES, started
from bot.bootstrap.serving import signals
from bot.config import ROOT, Settings

SENTENCE = "A guardian is a grown-up who speaks up for you."


@pytest.fixture
def folder(tmp_path):
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def edit(folder, old, new, file="flows/child/guardian.yml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


class Contact:
    """Somebody in the web chat."""

    def __init__(self, client):
        self.client = client
        self.count = 0

    async def write(self, text):
        self.count += 1
        body = {"id": f"message-{self.count}", "text": text}
        answer = await self.client.post("/chat/messages", json=body)
        assert answer.status_code == 202

    async def is_answered(self):
        """Wait until something came after the last of what was written."""
        async with asyncio.timeout(30), self.client.stream("GET", "/chat/events") as stream:
            own = 0
            async for line in stream.aiter_lines():
                own += '"who":"contact"' in line
                if own == self.count and '"who":"bot"' in line:
                    return


@asynccontextmanager
async def everything(folder, renew):
    given = Settings(
        _env_file=None, nlu_url="http://127.0.0.1:9", ucare_data_dir=folder / "var", port=0, console_port=0,
        partitions=2, flows_dir=folder / "flows", locales_dir=folder / "locales",
    )  # fmt: skip
    async with (
        started(given, ROLES, renew) as what,
        httpx.AsyncClient(base_url=what.chat, trust_env=False, timeout=20) as client,
    ):
        assert (await client.post("/chat/session")).json() == {"new": True}
        yield what, Contact(client)


@pytest.mark.slow
@pytest.mark.redis
async def test_running_service_takes_over_what_is_saved_and_answers_every_message(folder):
    renew = asyncio.Event()
    async with everything(folder, renew) as (what, contact):
        library = what.base.library
        first = library()
        edit(folder, SENTENCE, "A guardian is on your side.")
        for _ in range(8):  # while it reloads
            await contact.write("/help")
            await asyncio.sleep(0.3)
        await contact.is_answered()
        async with asyncio.timeout(30):
            while library() is first:  # noqa: ASYNC110 - a saved file tells nobody but the service
                await asyncio.sleep(0.1)
        said = [one.text for one in library().flows["guardian.child"].steps["what"].say]
        assert any("A guardian is on your side." in text for text in said)
        await contact.write("/help")
        await contact.is_answered()

        second = library()
        edit(folder, "next: get", "next: nowhere")
        renew.set()
        await asyncio.sleep(6)
        assert library() is second
        await contact.write("/help")
        await contact.is_answered()

        edit(folder, "next: nowhere", "next: get")
        renew.set()
        async with asyncio.timeout(30):
            while library() is second:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.1)
        assert not what.ended.is_set()


@pytest.mark.parametrize("terminal", [False, True])
def test_hang_up_reloads_a_service_and_ends_what_has_lost_its_terminal(terminal):
    script = (
        "import asyncio, os, signal\n"
        "from bot.bootstrap.serving import signals\n"
        "async def main():\n"
        "    stop, renew = asyncio.Event(), asyncio.Event()\n"
        "    with signals(stop, renew):\n"
        "        os.kill(os.getpid(), signal.SIGHUP)\n"
        "        await asyncio.sleep(0.1)\n"
        "        print(stop.is_set(), renew.is_set())\n"
        "asyncio.run(main())\n"
    )
    first, second = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, stdin=second if terminal else subprocess.DEVNULL,
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    finally:
        os.close(first)
        os.close(second)
    assert done.stdout.split() == [str(terminal), str(not terminal)]


async def test_signals_are_left_as_they_were():
    stop = asyncio.Event()
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)]
    with signals(stop):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(stop.wait(), 5)
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)] == before
