"""Everything in one process: a child writes while nobody is there, is told the truth, and who is on call is paged."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time

import httpx
import pytest

from bot.bootstrap import presence
from bot.bootstrap.roles import ROLES, started
from bot.config import Settings
from bot.people.accounts import Accounts
from bot.teams.book import Book
from bot.teams.keeping import Teams
from bot.teams.team import Reach, Team, Weekly
from tests.notices.places import MailServer

pytestmark = [pytest.mark.redis, pytest.mark.slow]
CLOSED = Book(
    (Team("night", "Night", hours="Jan 1 off; Mo 00:00-00:01", on_call=(Weekly("noor", "24/7"),)),),
    {"noor": Reach("noor@example.org")},
)  # fmt: skip
PASSWORD = "blue tram under water"


async def until(true, seconds=15.0):
    end = time.monotonic() + seconds
    while not (found := await true()):
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.1)
    return found


async def texts(client) -> str:
    """Return what the chat shows so far."""
    found = ""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1), client.stream("GET", "/chat/events") as stream:
            async for line in stream.aiter_lines():
                found += line
    return found


async def test_a_child_in_danger_at_night(tmp_path, monkeypatch):
    monkeypatch.setattr(presence, "READ_S", 0.2)
    async with MailServer() as mail:
        given = Settings(
            _env_file=None, nlu_url="http://127.0.0.1:9", ucare_data_dir=tmp_path / "var", port=0, console_port=0,
            partitions=2, smtp_url=mail.url, mail_from="ucare@example.org", console_url="https://console.example.org",
        )  # fmt: skip
        async with started(given, ROLES) as what:
            accounts = Accounts(what.base.store.vault)
            await accounts.choose_password(await accounts.invite("noor"), PASSWORD)
            await Teams(what.base.store.vault).change(lambda _: CLOSED)
            await asyncio.sleep(1)
            async with httpx.AsyncClient(base_url=what.chat, trust_env=False, timeout=20) as client:
                await client.post("/chat/session")
                sent = await client.post("/chat/messages", json={"id": "message-1", "text": "he will kill me"})
                assert sent.status_code == 202

                async def told():
                    return re.search(r"Nobody is at the desk now\. I am calling a person", await texts(client))

                async def paged():
                    return mail.to("noor@example.org")

                await until(told)
                (text,) = await until(paged)
    assert "https://console.example.org/console/cases/" in text
    assert "kill" not in text
    assert re.search(r"T[01] ", text)
