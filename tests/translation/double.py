"""A local double of LibreTranslate, on loopback and a free port. It speaks by turning texts round.

async with LibreTranslateDouble() as double:
    double.next(status=429, headers={"Retry-After": "7"})    # the next answer
    double.asked                                             # what /translate was asked, as it came
"""

from __future__ import annotations

import asyncio
from typing import Any, Self

from aiohttp import web

LANGUAGES = [
    {"code": "en", "name": "English", "targets": ["ar", "de", "en", "fa", "fr"]},
    {"code": "ar", "name": "Arabic", "targets": ["de", "en", "fa"]},
    {"code": "fa", "name": "Persian", "targets": ["ar", "en"]},
    {"code": "fr", "name": "French", "targets": ["en"]},
    {"code": "de", "name": "German", "targets": ["ar", "en"]},
]


class LibreTranslateDouble:
    def __init__(self, *, key: str = "") -> None:
        self.key = key
        self.languages: Any = LANGUAGES
        self.asked: list[dict[str, str]] = []
        self.hosts: list[str] = []
        self.calls: list[str] = []
        self.delay_s = 0.0
        self.at_once = 0
        self.most_at_once = 0
        self.url = ""
        self.port = 0
        self._next: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/languages", self._languages)
        app.router.add_post("/translate", self._translate)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def next(self, times: int = 1, **answer: Any) -> None:
        """Answer the next calls so: ``status``, ``body``, ``headers``."""
        self._next += [answer] * times

    async def _first(self, request: web.Request) -> web.Response | None:
        self.calls.append(request.path)
        self.hosts.append(request.headers["host"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.delay_s)
        finally:
            self.at_once -= 1
        if not self._next:
            return None
        given = self._next.pop(0)
        body = given.get("body", b'{"error": "a word of the service"}')
        return web.Response(
            status=given.get("status", 200), body=body, headers=given.get("headers"), content_type="application/json"
        )

    async def _languages(self, request: web.Request) -> web.Response:
        return await self._first(request) or web.json_response(self.languages)

    async def _translate(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked)
        first = await self._first(request)
        if first is not None:
            return first
        if asked.get("api_key", "") != self.key:
            return web.json_response({"error": "Invalid API key"}, status=403)
        known = {one["code"]: one["targets"] for one in self.languages}
        if asked["format"] != "text" or asked["target"] not in known.get(asked["source"], ()):
            return web.json_response({"error": f"{asked['source']} is not supported"}, status=400)
        return web.json_response({"translatedText": asked["q"][::-1]})
