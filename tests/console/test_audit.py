"""The audit's page: for whom it is, what it finds, and what it says about the chain."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from bot.store import audit_file
from bot.store.keys import AUDIT_CHAIN, digest
from tests.console.auditing import CASE, audited, filled
from tests.store.fixtures import clock, sealer, server

__all__ = ["clock", "sealer", "server"]
pytestmark = pytest.mark.redis


@pytest.fixture
async def world(server, sealer, clock):
    audit, work = audited(server, sealer, clock)
    await filled(audit, work)
    yield audit, work
    await audit._client.close()


@pytest.fixture
def browse(world):
    """Opens a path as somebody."""
    _, work = world

    async def act(name: str, path: str = "", form: dict[str, str] | None = None) -> httpx.Response:
        transport = httpx.ASGITransport(work.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk", cookies=work.cookies(name)) as client:
            if form is None:
                return await client.get(f"/console/audit{path}")
            data = {"csrf": await work.csrf(name), **form}
            return await client.post(f"/console/audit{path}", data=data, headers={"origin": "http://desk"})

    return act


def rows(page: httpx.Response) -> list[list[str]]:
    found = re.findall(r"<tr>(.*?)</tr>", page.text.partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in found]
    return [[html.unescape(" ".join(re.sub(r"<[^>]+>", "", cell).split())) for cell in row] for row in cells]


async def test_only_for_auditors_and_leads(browse, world):
    for name, status in (("aud", 200), ("lea", 200), ("noor", 403), ("cor", 403)):
        assert (await browse(name)).status_code == status
    for path in ("/verify", "/export"):
        assert "not for your role" in (await browse("noor", path, {"format": "csv"})).text
        assert (await browse("aud", path, {"csrf": "wrong"})).status_code == 403
    assert not [e for e in await world[0].find() if e.by in {"noor", "cor"} and e.verb != "read"]


async def test_search_and_what_is_shown(browse, world):
    page = await browse("aud")
    assert [(row[2], row[3].removesuffix(" read only")) for row in rows(page)] == [
        ("aud", "read audit"), ("ben", "sign in"), ("noor", "read"), ("noor", "read"), ("noor", "read"),
    ]  # fmt: skip
    assert CASE not in page.text
    assert rows(page)[2][4] == digest(CASE)
    await browse("aud")
    assert len(await world[0].find(verb="read_audit")) == 1  # who looks on and on has looked once
    for query, wanted in (
        ("?by=Ben", ["ben"]), ("?verb=sign+in", ["ben"]), (f"?what={CASE}", ["noor"] * 3),
        (f"?what=http://desk/console/cases/{CASE}&by=noor", ["noor"] * 3), (f"?what={digest(CASE)}", ["noor"] * 3),
        ("?until=2020-01-01", []), ("?since=2020-01-01&until=9999-99-99&by=ben", ["ben"]), ("?by=<script>", []),
    ):  # fmt: skip
        assert [row[2] for row in rows(await browse("aud", query))] == wanted, query
    assert "No entry fits" in (await browse("aud", "?by=x")).text


async def test_a_hundred_to_a_page(browse, world):
    audit, _ = world
    for n in range(150):
        await audit.note("lea", "read", "", f"n{n}")
    page = await browse("aud", "?by=lea")
    assert [row[5] for row in rows(page)] == [f"n{n}" for n in range(149, 49, -1)]
    older = html.unescape(re.search(r'rel="next" href="/console/audit([^"]+)"', page.text)[1])
    page = await browse("aud", older)
    assert [row[5] for row in rows(page)] == [f"n{n}" for n in range(49, -1, -1)]
    assert 'rel="next"' not in page.text
    assert "/console/audit?by=lea" in page.text


async def test_the_verdict_in_words(browse, world):
    audit, _ = world
    page = await browse("aud", "/verify", {"by": "ben"})
    assert "The audit is whole: nothing was changed" in page.text
    assert [row[2] for row in rows(page)] == ["ben"]
    assert (await audit.find(verb="verify_audit"))[0].detail == "whole"
    (second, _) = (await audit._client.do("XRANGE", AUDIT_CHAIN, "-", "+"))[1]
    await audit._client.do("XDEL", AUDIT_CHAIN, second)
    page = await browse("aud", "/verify", {})
    assert "The audit is broken" in page.text
    assert "Entries are missing from number 2 on." in page.text
    assert (await audit.find(verb="verify_audit"))[0].detail == "missing"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_export_is_checked_and_audited(browse, world, form):
    audit, _ = world
    file = await browse("aud", "/export", {"format": form})
    assert f".{form}" in file.headers["content-disposition"]
    found = audit_file.check(audit._sealer, file.content.splitlines(keepends=True))
    assert (found.verdict.whole, found.verdict.count) == (True, 5)
    assert (await audit.find())[0].verb == "export_audit"
    some = await browse("aud", "/export", {"format": form, "until": "2020-01-01"})
    assert audit_file.check(audit._sealer, some.content.splitlines(keepends=True)).verdict.count == 0
