"""The routes of the chat page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.asgi import (
    RateLimit,
    TooLargeError,
    accepted_locale,
    match_locale,
    read_body,
    same_site,
    wanted_locale,
)
from bot.errors import PayloadError, UnavailableError
from bot.web import messages, session
from bot.web.parts import Parts
from bot.web.stream import entries

HERE = Path(__file__).parent
MESSAGES_A_SECOND, MESSAGE_BURST = 1.0, 15
SESSIONS_A_SECOND, SESSION_BURST = 0.5, 60


class Chat:
    """The chat page, its session, its posts and its stream."""

    def __init__(self, parts: Parts) -> None:
        """Load the template."""
        self._parts = parts
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._page = environment.get_template("chat.html")
        self._posts = RateLimit(MESSAGES_A_SECOND, MESSAGE_BURST)
        self._sessions = RateLimit(SESSIONS_A_SECOND, SESSION_BURST)

    def routes(self) -> list[Route | Mount]:
        """Return the routes, all under ``/chat``."""
        return [
            Route("/chat", self.page, methods=["GET"]),
            Route("/chat/session", self.begin, methods=["POST"]),
            Route("/chat/messages", self.post, methods=["POST"]),
            Route("/chat/events", self.events, methods=["GET"]),
            Route("/chat/leave", self.leave, methods=["POST"]),
            Mount("/chat/static", StaticFiles(directory=HERE / "static")),
        ]

    def _secure(self, request: Request) -> bool:
        return request.url.scheme == "https" or self._parts.public_url.startswith("https://")

    async def page(self, request: Request) -> Response:
        """Show the page, in ``?lang=`` or what the browser prefers.

        It sets no cookie: a contact who follows a link from elsewhere sends no strict cookie along, and a new
        one would cost the conversation.
        """
        texts = self._parts.texts
        asked = match_locale(request.query_params.get("lang", "")[:20].replace("-", "_"), texts.locales)
        locale = asked or wanted_locale(request.headers, texts.locales)
        html = self._page.render(
            _=lambda msgid: texts.gettext(locale, msgid),
            lang=locale.replace("_", "-"),
            direction="rtl" if texts.rtl(locale) else "ltr",
            exit_url=self._parts.exit_url,
            max_chars=messages.MAX_CHARS,
        )
        return HTMLResponse(html, headers={"vary": "Accept-Language"})

    async def begin(self, request: Request) -> Response:
        """Make sure that the browser has an address."""
        if not same_site(request):
            return _refused()
        if session.address_of(request):
            return JSONResponse({"new": False})
        if wait := self._sessions.wait(request.client.host if request.client else ""):
            return _too_fast(wait)
        response = JSONResponse({"new": True})
        session.begin(response, secure=self._secure(request))
        return response

    async def post(self, request: Request) -> Response:  # noqa: PLR0911 - one for each refusal
        """Take one message: 202 when it is durable, and the id under which the page sees it again."""
        count = self._parts.metrics.messages
        if not same_site(request):
            return _refused()
        address = session.address_of(request)
        if not address:
            return JSONResponse({"error": "Start a session first."}, status_code=401)
        if wait := self._posts.wait(address):
            count.labels("limited").inc()
            return _too_fast(wait)
        try:
            posted, cut = messages.parse(await read_body(request, messages.MAX_BODY))
        except TooLargeError as error:
            count.labels("too_large").inc()
            return JSONResponse({"error": str(error)}, status_code=413)
        except PayloadError as error:
            count.labels("malformed").inc()
            return JSONResponse({"error": str(error)}, status_code=400)
        hint = accepted_locale(request.headers, self._parts.texts.locales) or ""
        event = messages.to_event(posted, address, at=self._parts.clock.now(), locale=hint)
        try:
            new = await self._parts.mailbox.accept(address, event)
        except UnavailableError:
            count.labels("unavailable").inc()
            body = {"error": "Not now; try again.", "say": self._parts.urgent(posted.text, hint)}
            return JSONResponse(body, status_code=503, headers={"retry-after": "2"})
        count.labels("accepted" if new else "repeated").inc()
        answer = {"event": event.id, "cut": cut, "kept": messages.MAX_CHARS}
        return JSONResponse(answer, status_code=202)

    async def events(self, request: Request) -> Response:
        """Stream the mailbox from ``Last-Event-ID``, else from ``?after=``."""
        address = session.address_of(request)
        if not address or not same_site(request):
            return JSONResponse({"error": "Start a session first."}, status_code=401)
        last = request.headers.get("last-event-id") or request.query_params.get("after", "")

        async def counted() -> AsyncIterator[ServerSentEvent]:
            with self._parts.metrics.streams.track_inprogress():
                async for event in entries(self._parts.mailbox, address, last, ready=self._parts.understanding_ready):
                    yield event

        return EventSourceResponse(counted(), ping=15, headers={"cache-control": "no-store"})

    async def leave(self, request: Request) -> Response:
        """Take address and storage out of the browser (quick exit)."""
        response = Response(status_code=204, headers={"clear-site-data": '"storage"'})
        session.end(response, secure=self._secure(request))
        return response


def _refused() -> Response:
    return JSONResponse({"error": "Only the chat page itself may do this."}, status_code=403)


def _too_fast(wait: float) -> Response:
    return JSONResponse(
        {"error": "That was very fast. Wait a moment."},
        status_code=429,
        headers={"retry-after": str(int(wait) + 1)},
    )
