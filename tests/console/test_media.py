"""Pictures and voice messages in the console: on purpose, written down before, for who may read the case."""

from __future__ import annotations

import dataclasses

import pytest
from starlette.testclient import TestClient

from bot.console.access import COOKIE
from bot.console.app import console_app
from bot.core.events import Medium
from bot.errors import SendError, UnavailableError
from bot.ports.partitions import Line
from tests.console.conftest import at_work
from tests.media.test_cleaning import PLACE, jpeg, opus


class Source:
    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.looks: list[str] = []
        self.error: SendError | None = None
        self.kept = False

    async def looked_at(self, medium: Medium) -> None:
        self.looks.append(medium.id)
        if self.kept:
            raise SendError(code="not_deleted", retryable=True)

    async def fetch(self, medium: Medium) -> bytes:
        self.fetched.append(medium.id)
        if self.error:
            raise self.error
        return {"html": b"<html>", "v1": b"".join(opus(b"tags"))}.get(medium.id, jpeg())


@pytest.fixture
async def source(world):
    lines = [
        Line(1, "contact", "look", kind="picture", medium=Medium("p1", "image/jpeg")),
        Line(2, "contact", "", kind="picture", medium=Medium("html", "image/jpeg")),
        Line(3, "contact", "", kind="document", medium=Medium("d1", "application/pdf", 1_234_567)),
        Line(4, "contact", "", kind="voice", medium=Medium("v1", "audio/ogg")),
    ]
    await world.escalations.open("case-0", "T1", "Red Fox", *lines, channel="telegram")
    await world.escalations.open("case-x", "T1", "Grey Owl", *lines, channel="telegram", excluded=("noor",))
    return Source()


@pytest.fixture
async def media_client(world, source):
    parts = dataclasses.replace(world.parts(), media={"telegram": source}, audit=world.audit)
    token = await at_work(world, "noor")
    with TestClient(console_app(parts), cookies={COOKIE: token}) as client:
        yield client


def looks(world):
    return [(what, detail) for _, verb, what, detail in world.audit.noted if verb == "view_medium"]


def test_nothing_is_fetched_before_somebody_asks_and_each_look_is_written_down(media_client, world, source):
    assert "/console/cases/case-0/media/0" in media_client.get("/console/cases/case-0").text
    assert (source.fetched, looks(world)) == ([], [])
    shown = media_client.get("/console/cases/case-0/media/0/blurred")
    assert (shown.status_code, shown.headers["content-type"], shown.headers["cache-control"]) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert "sandbox" in shown.headers["content-security-policy"]
    assert source.looks == []
    source.kept = True  # the service cannot delete it now: it is shown all the same
    clear = media_client.get("/console/cases/case-0/media/0")
    assert clear.status_code == 200
    assert PLACE.encode() not in clear.content
    assert clear.headers["content-disposition"] == 'inline; filename="medium.jpeg"'
    assert looks(world) == [("case-0", "picture blurred"), ("case-0", "picture")]
    assert source.looks == ["p1"]


def test_a_player_asks_for_pieces_and_that_is_one_look(media_client, world, source):
    path = "/console/cases/case-0/media/3"
    first = media_client.get(path, headers={"range": "bytes=0-1"})
    assert (first.status_code, first.content, first.headers["content-type"]) == (206, b"Og", "audio/ogg")
    length = int(first.headers["content-range"].removeprefix("bytes 0-1/"))
    rest = media_client.get(path, headers={"range": "bytes=2-"})
    whole = media_client.get(path, headers={"range": "bytes=9999999-"})
    assert first.content + rest.content == whole.content
    assert (rest.status_code, whole.status_code, len(whole.content)) == (206, 200, length)
    assert (source.fetched, source.looks, looks(world)) == (["v1"], ["v1"], [("case-0", "voice")])
    assert media_client.get(path + "/blurred").status_code == 415


async def test_nothing_is_sent_where_the_look_cannot_be_written_down(media_client, world, source):
    async def away(*_args):
        raise UnavailableError

    world.audit.note = away
    assert media_client.get("/console/cases/case-0/media/0").status_code == 503
    assert source.fetched == []


def test_what_cannot_be_shown_is_said(media_client, world, source):
    assert media_client.get("/console/cases/case-0/media/1").status_code == 415
    assert media_client.get("/console/cases/case-0/media/2").status_code == 415
    assert source.fetched == ["html"]
    assert media_client.get("/console/cases/case-0/media/4").status_code == 404
    source.error = SendError(code="gone", retryable=False)
    assert media_client.get("/console/cases/case-0/media/0").status_code == 502


def test_who_may_not_read_the_case_sees_nothing_of_it(media_client, world, source):
    assert media_client.get("/console/cases/case-x/media/0").status_code == 404
    assert (source.fetched, looks(world)) == ([], [])


def test_a_document_is_named_and_cannot_be_opened(media_client, source):
    page = media_client.get("/console/cases/case-0").text
    assert "PDF · 1.2 MB" in page
    assert "It is not opened here" in page
    assert "/media/0" in page
    assert "/media/2" not in page
    assert source.fetched == []


async def test_it_is_deleted_at_the_service_only_when_the_answer_has_left(world, source, monkeypatch):
    parts = dataclasses.replace(world.parts(), media={"telegram": source}, audit=world.audit)
    app, happened = console_app(parts), []

    async def watched(scope, receive, send):
        async def sending(message):
            if message["type"] == "http.response.body" and not message.get("more_body"):
                happened.append("answer")
            await send(message)

        await app(scope, receive, sending)

    async def looked_at(_medium):
        happened.append("deleted")

    monkeypatch.setattr(source, "looked_at", looked_at)
    with TestClient(watched, cookies={COOKIE: await at_work(world, "noor")}) as client:
        assert client.get("/console/cases/case-0/media/0").status_code == 200
    assert happened == ["answer", "deleted"]
