"""Webhooks out, to a real server: signed, without content, again until they are taken, nothing lost."""

from __future__ import annotations

import contextlib
import json
import time

import msgspec
import pytest
from aiohttp import web

from bot.api.hooks import Dispatcher, Hooks, public
from bot.core.acts import claim
from bot.core.people import Viewer
from bot.sealing.signing import HEADER, signature, verifies
from tests.api.conftest import World

ANNA = Viewer("anna")


class Clock:
    def __init__(self) -> None:
        self.at = int(time.time() * 1000)

    def now(self) -> int:
        return self.at


async def always(_token) -> bool:
    return True


@contextlib.asynccontextmanager
async def receiver():
    """A server that takes what it is sent, or refuses while ``refusing`` is set."""
    taken, state = [], {"refusing": False}

    async def take(request):
        if state["refusing"]:
            return web.Response(status=500)
        taken.append((await request.read(), request.headers[HEADER], request.headers["ucare-delivery"]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook", taken, state
    finally:
        await runner.cleanup()


async def test_changes_are_told_signed_and_without_content():
    world, clock = World(), Clock()
    await world.store.open("gr-1", "T1", "Red Fox", topic="abuse")
    await world.token()
    (token,) = await world.tokens.all()
    async with receiver() as (url, taken, state):
        hook = await world.hooks.add(url, token)
        dispatcher = Dispatcher(world.hooks, world.store, always, clock)
        assert await dispatcher.once() == 1
        assert await dispatcher.once() == 0
        body, header, _ = taken[0]
        assert verifies(hook.secret, body, header, clock.at // 1000)
        assert not verifies(hook.secret, body + b" ", header, clock.at // 1000)
        assert not verifies(hook.secret, body, header, clock.at // 1000 + 301)
        assert b"Red Fox" not in body
        state["refusing"] = True
        await world.desk.act(ANNA, "gr-1", claim.Claim())
        assert await dispatcher.once() == 0
        assert (await world.hooks.told(hook)).failed_at == clock.at
        state["refusing"] = False
        assert await dispatcher.once() == 0  # left alone for a while
        clock.at += 6_000
        assert await Dispatcher(world.hooks, world.store, always, clock).once() == 1
        assert json.loads(taken[-1][0])["assignee"] == "anna"
        assert (await world.hooks.told(hook)).failed_at == 0


async def test_nobody_is_told_of_what_is_out_of_scope_or_after_the_token_was_revoked():
    world, clock = World(), Clock()
    await world.store.open("gr-1", "T1", "Red Fox")
    await world.store.open("be-1", "T1", "Blue Owl", country="BE")
    await world.token(countries=("BE",))
    (token,) = await world.tokens.all()
    async with receiver() as (url, taken, _):
        await world.hooks.add(url, token)

        async def valid(one):
            return one in await world.tokens.all()

        dispatcher = Dispatcher(world.hooks, world.store, valid, clock)
        assert await dispatcher.once() == 1
        assert json.loads(taken[0][0])["id"] == "be-1"
        await world.tokens.revoke("files", by="admin")
        world.store.cases["be-1"] = msgspec.structs.replace(world.store.cases["be-1"], revision=9)
        assert await dispatcher.once() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https:///x",
    ],
)
async def test_no_receiver_lies_within_our_own_network(url):
    assert not await public(url)


async def test_a_webhook_is_added_and_removed_by_its_own_token(client, world):
    token = await world.token()
    refused = client.post("/api/v1/webhooks", headers=token, json={"url": "https://inside.example/x"})
    assert refused.status_code == 409
    made = client.post("/api/v1/webhooks", headers=token, json={"url": "https://files.example/x"}).json()
    assert made["secret"].startswith("whsec_")
    listed = client.get("/api/v1/webhooks", headers=token)
    assert [one["id"] for one in listed.json()] == [made["id"]]
    assert "whsec_" not in listed.text
    assert client.delete(f"/api/v1/webhooks/{made['id']}", headers=token).status_code == 204
    assert client.delete(f"/api/v1/webhooks/{made['id']}", headers=token).status_code == 404


def test_a_signature_of_nonsense_is_refused():
    for header in ("", "t=,v1=", "t=x,v1=y", "t=1", signature("other", b"x", 1)):
        assert not verifies("secret", b"x", header, 1)
    assert isinstance(Hooks, type)
