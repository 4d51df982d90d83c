"""The preview's doors: open to its own page on this machine, and to nobody else."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.bootstrap.serving import serving
from bot.preview.app import preview_app


@pytest.fixture
async def client(studio, reading):
    async with (
        serving(preview_app(studio, understands=reading.ready), "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10) as client,
    ):
        yield client


async def test_page_frames_the_chat_and_nobody_else_may(client):
    for path in ("/preview", "/chat", "/preview/left"):
        headers = (await client.get(path)).headers
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "SAMEORIGIN"
    assert 'src="/chat?lang=en"' in (await client.get("/preview")).text
    assert (await client.get("/")).headers["location"] == "/preview"


async def test_other_names_and_other_pages_are_refused(client):
    assert (await client.get("/preview", headers={"host": "evil.example"})).status_code == 400
    elsewhere = {"sec-fetch-site": "cross-site"}
    for path in ("setting", "go", "back", "restart"):
        assert (await client.post(f"/preview/{path}", content=b"{}", headers=elsewhere)).status_code == 403
    assert (await client.get("/preview/events", headers=elsewhere)).status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("go", b'{"flow": "nowhere.child"}', "no flow 'nowhere.child'"),
        ("go", b"{", "truncated"),
        ("go", b"x" * 3000, "larger than 2000 bytes"),
        ("setting", b'{"locale": "tlh"}', "no locale 'tlh'"),
        ("setting", b'{"country": "FR"}', "no such country"),
        ("setting", b'{"at": "noon"}', "isoformat"),
        ("setting", b"\xff", ""),
    ],
)
async def test_wrong_wishes_are_told(client, path, body, wrong):
    answer = await client.post(f"/preview/{path}", content=body)
    assert answer.status_code == 400
    assert wrong in answer.json()["error"]


async def test_everything_beside_the_chat_comes_in_one_stream(client, studio):
    async with client.stream("GET", "/preview/events") as stream:
        lines = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: "))
        first = await anext(lines)
        assert (first["flow"], first["faults"], first["locales"]) == ("", None, ["en", "ar_XB", "en_XA", "nl"])
        assert ["guardian.child", "My guardian"] in first["flows"]
        answer = await client.post("/preview/go", content=b'{"flow": "guardian.child"}')
        assert answer.status_code == 204
        second = await anext(lines)
        assert (second["flow"], second["step"]) == ("guardian.child", "more")
        assert second["revision"] > first["revision"]
        assert {note["step"] for note in second["notes"].values()} == {"what", "more"}


async def test_picture_marks_the_step(client):
    answer = await client.get("/preview/draw", params={"flow": "guardian.child", "step": "then"})
    marked = answer.text.partition('id="here"')[2].partition("</g>")[0]
    assert "then · choose" in marked
    assert "'unsafe-inline'" in answer.headers["content-security-policy"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert (await client.get("/preview/draw", params={"flow": "<b>"})).status_code == 404
    plain = await client.get("/preview/draw", params={"flow": "guardian.child", "step": "gone"})
    assert 'id="here"' not in plain.text
