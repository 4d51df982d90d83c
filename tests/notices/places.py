"""Where announcements arrive: a real server for e-mails and a real one for webhooks, on loopback and free ports."""

from __future__ import annotations

import asyncio
import json
from typing import Self

from aiohttp import web
from aiosmtpd.smtp import SMTP


class MailServer:
    """Keeps what it takes: (recipient, message)."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.refuse = 0
        self.url = ""

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            self.refuse -= 1
            return "451 try again"
        self.kept += [(to, envelope.content.decode()) for to in envelope.rcpt_tos]
        return "250 kept"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop, hostname="double"), "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def to(self, address: str) -> list[str]:
        return [text for to, text in self.kept if to == address]


class Hook:
    """Keeps what it is posted: (headers, body, what is in it)."""

    def __init__(self) -> None:
        self.kept: list[tuple[dict[str, str], bytes, dict]] = []
        self.status = 204
        self.gate: asyncio.Event | None = None
        self.url = ""

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.gate:
            await self.gate.wait()
        if self.status >= 300:
            return web.Response(status=self.status, headers={"location": self.url})
        self.kept.append(({k.lower(): v for k, v in request.headers.items()}, body, json.loads(body)))
        return web.Response(status=self.status)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hook"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._runner.cleanup()
