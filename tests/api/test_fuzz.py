"""The API as schemathesis sees it: whatever is sent, the answer is one that the description names."""

from __future__ import annotations

import asyncio

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.api import app as api
from bot.ports.partitions import Line
from tests.api.conftest import World

pytestmark = pytest.mark.slow


def _world() -> World:
    world = World()

    async def fill() -> None:
        for number in range(3):
            await world.store.open(f"c-{number}", f"T{number}", "Red Fox", Line(1, "contact", "help"))

    asyncio.run(fill())
    return world


WORLD = _world()
TOKEN = asyncio.run(WORLD.token())
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", WORLD.app)
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described(case, monkeypatch):
    monkeypatch.setattr(api.RateLimit, "wait", lambda _self, _key: 0.0)
    case.call_and_validate(headers=TOKEN, checks=CHECKS)
