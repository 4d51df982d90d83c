"""Pictures and voice messages in the console: on purpose, written down before, for who may read the case."""

from __future__ import annotations

import dataclasses

import pytest
from starlette.testclient import TestClient

from bot.console.app import console_app
from bot.core.events import Medium
from bot.errors import SendError
from bot.ports.partitions import Line
from tests.console.conftest import PASSWORD, csrf
from tests.media.test_cleaning import jpeg


class Source:
    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.error: SendError | None = None

    async def fetch(self, medium: Medium) -> bytes:
        self.fetched.append(medium.id)
        if self.error:
            raise self.error
        return jpeg() if medium.id != "html" else b"<html>"


@pytest.fixture
async def source(world):
    lines = [
        Line(1, "contact", "look", kind="picture", medium=Medium("p1", "image/jpeg")),
        Line(2, "contact", "", kind="picture", medium=Medium("html", "image/jpeg")),
        Line(3, "contact", "", kind="document", medium=Medium("d1", "application/pdf")),
    ]
    await world.escalations.open("case-0", "T1", "Red Fox", *lines, channel="telegram")
    await world.escalations.open("case-x", "T1", "Grey Owl", *lines, channel="telegram", excluded=("noor",))
    return Source()


@pytest.fixture
def media_client(world, noor, source):
    parts = dataclasses.replace(world.parts(), media={"telegram": source}, audit=world.audit)
    with TestClient(console_app(parts)) as client:
        page = client.get("/console/sign-in")
        client.post("/console/sign-in", data={"csrf": csrf(page), "name": noor, "password": PASSWORD})
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
    assert b"50.85" not in media_client.get("/console/cases/case-0/media/0").content
    assert looks(world) == [("case-0", "picture blurred"), ("case-0", "picture")]


def test_what_cannot_be_shown_is_said(media_client, world, source):
    assert media_client.get("/console/cases/case-0/media/1").status_code == 415
    assert media_client.get("/console/cases/case-0/media/2").status_code == 415
    assert source.fetched == ["html"]
    assert media_client.get("/console/cases/case-0/media/3").status_code == 404
    source.error = SendError(code="gone", retryable=False)
    assert media_client.get("/console/cases/case-0/media/0").status_code == 502


def test_who_may_not_read_the_case_sees_nothing_of_it(media_client, world, source):
    assert media_client.get("/console/cases/case-x/media/0").status_code == 404
    assert (source.fetched, looks(world)) == ([], [])
