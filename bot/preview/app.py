"""The preview's web app: the chat page as contacts see it, in a frame, and beside it what authors want to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CollectorRegistry
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.asgi import CSP, Guard, SecurityHeaders, TooLargeError, read_body, same_site
from bot.core.flow import Flow
from bot.core.library import COUNTRIES
from bot.flowfiles import drawing
from bot.i18n.writing import known
from bot.preview.studio import Studio
from bot.preview.talk import Setting
from bot.web.chat import Chat
from bot.web.parts import Parts

HERE: Final = Path(__file__).parent
HOSTS: Final = ("127.0.0.1", "localhost")
"""The preview answers to these names alone, so that no page of elsewhere can talk with it."""
FRAMED: Final = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'; frame-src 'self'")
DRAWN: Final = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'"
"""A picture brings its own styles."""
LARGEST: Final = 2000
"""Bytes of what the page posts here."""


class Clock:
    """The time of this machine; the conversation has one of its own."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return int(dt.datetime.now(tz=dt.UTC).timestamp() * 1000)


class Framed:
    """Lets our own page show the chat in a frame; nobody else may."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                given = {name.lower() for name, _ in headers}
                extra = {"content-security-policy": FRAMED, "x-frame-options": "SAMEORIGIN"}
                headers.extend((k.encode(), v.encode()) for k, v in extra.items() if k.encode() not in given)
            await send(message)

        await self.app(scope, receive, with_headers)


class Go(msgspec.Struct, frozen=True):
    """Where to go."""

    flow: str


class Pages:
    """The preview's own routes."""

    def __init__(self, studio: Studio, *, nlu: bool) -> None:
        """Load the templates; ``nlu``: whether a language server reads what is typed."""
        self._studio, self._nlu = studio, nlu
        loader = FileSystemLoader(HERE / "templates")
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def routes(self) -> list[Route | Mount]:
        """Return the routes, all under ``/preview``."""
        return [
            Route("/preview", self.page, methods=["GET"]),
            Route("/preview/events", self.events, methods=["GET"]),
            Route("/preview/draw", self.draw, methods=["GET"]),
            Route("/preview/left", self.left, methods=["GET"]),
            Route("/preview/setting", self._post(self.setting), methods=["POST"]),
            Route("/preview/go", self._post(self.go), methods=["POST"]),
            Route("/preview/back", self._post(self.back), methods=["POST"]),
            Route("/preview/restart", self._post(self.restart), methods=["POST"]),
            Mount("/preview/static", StaticFiles(directory=HERE / "static")),
        ]

    async def page(self, _request: Request) -> Response:
        """Show the page; everything that changes comes through ``events``."""
        shown = self._studio.shown()
        html = self._templates.get_template("preview.html").render(
            lang=shown.setting.locale.replace("_", "-") or "en",
            locales=[(name, _name_of(name)) for name in shown.locales],
            countries=COUNTRIES,
            nlu=self._nlu,
        )
        return HTMLResponse(html)

    async def events(self, request: Request) -> Response:
        """Stream everything that is shown beside the chat, each time something of it changes."""
        if not same_site(request):
            return _refused()

        async def shown() -> AsyncIterator[ServerSentEvent]:
            now = self._studio.shown()
            while True:
                yield ServerSentEvent(event="shown", data=msgspec.json.encode(now).decode(), retry=1000)
                now = await self._studio.newer(now.revision)

        return EventSourceResponse(shown(), ping=15, headers={"cache-control": "no-store"})

    async def draw(self, request: Request) -> Response:
        """Show the picture of a flow, with a step marked."""
        flow = self._studio.picture_of(request.query_params.get("flow", ""))
        if not isinstance(flow, Flow):
            return HTMLResponse("<!doctype html><title>Not found</title><p>There is no such flow.</p>", 404)
        step = request.query_params.get("step", "")
        html = self._templates.get_template("draw.html").render(flow=flow.id, picture=drawing.draw(flow, step))
        return HTMLResponse(html, headers={"content-security-policy": DRAWN})

    async def left(self, _request: Request) -> Response:
        """Stand for the harmless page to which the quick exit leads."""
        return HTMLResponse(self._templates.get_template("left.html").render())

    def _post(self, act: Callable[[bytes], Awaitable[str]]) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of a post; ``act`` returns what is wrong, or an empty text."""

        async def endpoint(request: Request) -> Response:
            if not same_site(request):
                return _refused()
            try:
                wrong = await act(await read_body(request, LARGEST))
            except (msgspec.DecodeError, UnicodeDecodeError, TooLargeError, ValueError) as error:
                wrong = str(error)
            return JSONResponse({"error": wrong}, status_code=400) if wrong else Response(status_code=204)

        return endpoint

    async def setting(self, body: bytes) -> str:
        """Change who the contact is, or the time."""
        wanted = msgspec.json.decode(body, type=Setting)
        if wanted.locale and wanted.locale not in self._studio.shown().locales:
            return f"There is no locale {wanted.locale!r}."
        if wanted.country not in {"", *COUNTRIES} or wanted.audience not in {"", "child", "carer"}:
            return "There is no such country or audience."
        await self._studio.set(wanted)
        return ""

    async def go(self, body: bytes) -> str:
        """Go to a flow."""
        flow = msgspec.json.decode(body, type=Go).flow
        return "" if await self._studio.enter(flow) else f"There is no flow {flow!r}."

    async def back(self, _body: bytes) -> str:
        """Take the last turn back."""
        await self._studio.back()
        return ""

    async def restart(self, _body: bytes) -> str:
        """Begin again."""
        await self._studio.restart()
        return ""


def _name_of(locale: str) -> str:
    """Return the English name of a locale; a pseudo-locale is marked as such."""
    name = known(locale).get_display_name("en") or locale
    return f"{name} (nobody speaks it)" if locale.endswith(("_XA", "_XB")) else str(name)


def _refused() -> Response:
    return JSONResponse({"error": "Only the preview page itself may do this."}, status_code=403)


async def _home(_request: Request) -> Response:
    return RedirectResponse("/preview", status_code=307)


def preview_app(studio: Studio, *, understands: Callable[[], bool], nlu: bool = False) -> Starlette:
    """Return the app: the chat page over the studio's mailbox, and the page around it.

    Args:
        studio: What is shown.
        understands: Whether texts can be read yet.
        nlu: Whether a language server reads what is typed.
    """

    async def ready() -> dict[str, bool]:
        return {"nlu": understands()}

    parts = Parts(
        mailbox=studio.mailbox,
        texts=studio.texts,
        clock=Clock(),
        readiness=ready,
        understanding_ready=understands,
        exit_url="/preview/left",
        registry=CollectorRegistry(),
    )
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)
    return Starlette(
        routes=[Route("/", _home), *Pages(studio, nlu=nlu).routes(), *Chat(parts).routes()],
        middleware=[hosts, Middleware(SecurityHeaders), Middleware(Framed), Middleware(Guard)],
    )
