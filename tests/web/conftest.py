from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from bot.errors import PayloadError, SignatureError, UnavailableError
from bot.ports.webhooks import WebhookAnswer, WebhookRequest
from bot.web.app import chat_app
from bot.web.parts import Parts
from tests.web.memory import MemoryTexts, MemoryWebChat, WallClock


@dataclass
class World:
    """What the app under test stands on; change it and see what the app says."""

    chat: MemoryWebChat = field(default_factory=MemoryWebChat)
    up: dict[str, bool] = field(default_factory=lambda: {"store": True, "nlu": True})
    understands: bool = True
    calls: list[WebhookRequest] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    async def hook(self, call: WebhookRequest) -> WebhookAnswer:
        self.calls.append(call)
        if b"unsigned" in call.body:
            raise SignatureError
        if b"malformed" in call.body:
            raise PayloadError
        if b"away" in call.body:
            raise UnavailableError
        if b"bug" in call.body:
            msg = "secret text of a child"
            raise RuntimeError(msg)
        return WebhookAnswer(body=b"<Response/>", content_type="text/xml")

    async def readiness(self) -> dict[str, bool]:
        return self.up

    def parts(self, **given: str) -> Parts:
        return Parts(
            mailbox=self.chat, texts=MemoryTexts(), clock=WallClock(), readiness=self.readiness,
            webhooks={"telegram": self.hook, "whatsapp/status": self.hook}, registry=self.registry,
            understanding_ready=lambda: self.understands, **given,
        )  # fmt: skip


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world):
    with TestClient(chat_app(world.parts())) as client:
        yield client


@pytest.fixture
def contact(client):
    assert client.post("/chat/session").json() == {"new": True}
    return client
