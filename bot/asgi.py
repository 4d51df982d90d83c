"""What both ASGI apps need and neither owns: security headers, a last guard, bounded bodies, a rate limit."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog
from babel import UnknownLocaleError, negotiate_locale
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import PayloadError

log = structlog.get_logger("ucare.asgi")

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DIGITS = 3  # a q-value of Accept-Language has at most three digits (RFC 9110, 12.4.2)


class TooLargeError(PayloadError):
    """A body that is larger than its route takes."""


class Texts(Protocol):
    """The catalogs, as pages need them."""

    @property
    def locales(self) -> Sequence[str]:
        """The locales that can be shown, in Babel's spelling, the first one being the fallback."""

    def gettext(self, locale: str, msgid: str) -> str:
        """Return the text in the locale, or the msgid where there is none."""

    def rtl(self, locale: str) -> bool:
        """Tell whether the locale is written from right to left."""


class SecurityHeaders:
    """Puts the security headers on every answer, and ``no-store`` on all that names no caching of its own."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                given = {name.lower() for name, _ in headers}
                # Static files are asked for again, but only sent again when they changed.
                static = "/static/" in scope["path"]
                extra = {**HEADERS, "cache-control": "no-cache" if static else "no-store"}
                headers.extend(
                    (name.encode(), value.encode()) for name, value in extra.items() if name.encode() not in given
                )
            await send(message)

        await self.app(scope, receive, with_headers)


class Guard:
    """Catches what nobody caught. Only the kind of error is logged: its text may hold a contact's words."""

    def __init__(self, app: ASGIApp, page: Callable[[Request], Response] | None = None) -> None:
        """Wrap an app; ``page`` returns what a browser is shown."""
        self.app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; answer 500 where the app raised before it answered."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # the last guard: the server would log the text
            if scope["type"] != "http":
                raise
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
            log.error("request_failed", error=type(error).__name__, where=where)  # noqa: TRY400 - no traceback: texts
            if not started:
                answer: Response = JSONResponse(
                    {"error": "Something went wrong here. Please try again."}, status_code=500
                )
                if self._page and "text/html" in Request(scope).headers.get("accept", ""):
                    answer = self._page(Request(scope))
                await answer(scope, receive, send)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Args:
        request: The request, unread.
        limit: The most it may hold, in bytes.

    Raises:
        TooLargeError: The body is larger; what follows was not read.
    """
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit:
            msg = f"The body is larger than {limit} bytes."
            raise TooLargeError(msg)
    return bytes(parts)


class RateLimit:
    """A token bucket for each key, in memory, for the most recent keys only."""

    def __init__(
        self, rate: float, burst: int, *, keys: int = 20_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow ``burst`` at once and ``rate`` a second after that, for up to ``keys`` keys at a time."""
        self._rate, self._burst, self._keys, self._now = rate, burst, keys, now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Take one token and return 0.0, or return the seconds until there is one."""
        now = self._now()
        tokens, at = self._buckets.pop(key, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - at) * self._rate)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate


def wanted_locale(headers: Mapping[str, str], locales: Sequence[str]) -> str:
    """Return the best of the locales for ``Accept-Language``; the first of them where nothing fits."""
    return accepted_locale(headers, locales) or locales[0]


def accepted_locale(headers: Mapping[str, str], locales: Sequence[str]) -> str | None:
    """Return the best of the locales for ``Accept-Language``; None where nothing fits."""
    ranked: list[tuple[float, str]] = []
    for part in headers.get("accept-language", "")[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality[: DIGITS + 2]) if quality else -1.0, tag.replace("-", "_")))
        except ValueError:
            continue
    for _, tag in sorted(ranked, key=lambda pair: pair[0]):
        if found := match_locale(tag, locales):
            return found
    return None


def match_locale(tag: str, locales: Sequence[str]) -> str | None:
    """Return which of the locales answers a tag: ``ar`` for ``ar_EG``, ``fa_AF`` for ``fa``, or None."""
    try:
        exact = negotiate_locale([tag], locales)
    except (UnknownLocaleError, ValueError):
        exact = None
    if exact:
        return exact
    language = tag.split("_", 1)[0].lower()
    return next((one for one in locales if one.split("_")[0].lower() == language), None)


def same_site(request: Request) -> bool:
    """Tell whether our own page made the call (``Sec-Fetch-Site``, else ``Origin``); tools send neither."""
    site = request.headers.get("sec-fetch-site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host", "")
