"""A stand-in for the NLU server on loopback that can be slow, broken or dead."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web

from bot.understanding.client import Address
from nlu.text import envelope
from nlu.text.topics import RISKS, TOPICS


class Double:
    """Answers as it is told; keeps what it was asked."""

    def __init__(self):
        self.token = "let-me-in"
        self.asked = []
        self.delay_s = 0.0
        self.status = 200
        self.body = None
        self.topic = "school"
        self.risk = 0.0
        self.risk_of = {}
        self.which = "abuse"

    async def parse(self, request):
        if request.query.get("token") != self.token:
            return web.Response(status=401)
        opened = envelope.open_((await request.json())["text"])
        self.asked.append(opened)
        await asyncio.sleep(self.delay_s)
        if self.status != 200:
            return web.Response(status=self.status)
        if self.body is not None:
            return web.Response(body=self.body, content_type="application/json")
        rest = [{"name": topic, "confidence": 0.002} for topic in TOPICS if topic != self.topic]
        chance = self.risk_of.get(opened.text, self.risk)
        risks = [{"name": self.which, "confidence": chance}, *({"name": r, "confidence": 0.0} for r in RISKS)]
        return web.json_response(
            {
                "text": "x",
                "intent": {"name": self.topic, "confidence": 0.9},
                "intent_ranking": [{"name": self.topic, "confidence": 0.9}, *rest],
                "risk": {"probability": chance, "ranking": risks},
            }
        )


@asynccontextmanager
async def running():
    double = Double()
    app = web.Application()
    app.router.add_post("/model/parse", double.parse)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    double.address = Address(f"http://127.0.0.1:{port}", double.token)
    try:
        yield double
    finally:
        await runner.cleanup()
