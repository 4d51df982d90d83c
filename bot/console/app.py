"""The caseworkers' ASGI app."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.asgi import Guard, SecurityHeaders
from bot.console.access import Access, wants_json
from bot.console.cases import AWAY, Cases
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.sign_in import SignIn
from bot.errors import UnavailableError

STATIC = Path(__file__).parent / "static"


async def _home(_request: Request) -> Response:
    return RedirectResponse("/console/queue", status_code=303)


async def _live(_request: Request) -> Response:
    return JSONResponse({"live": True})


def welcome_path(token: str) -> str:
    """Return the path of a first sign-in link, to be put behind the console's address."""
    return f"/console/welcome/{token}"


def console_app(parts: Parts) -> Starlette:
    """Return the app. Serve it with ``access_log=False``: a first link is a secret while it works."""
    pages, access = Pages(parts.texts), Access(parts.accounts)

    async def away(request: Request, _error: Exception) -> Response:
        if wants_json(request):
            return JSONResponse({"error": AWAY}, status_code=503)
        return pages.show(request, "away.html", status=503, session=None)

    return Starlette(
        routes=[
            Route("/", _home),
            Route("/console", _home),
            Route("/health/live", _live),
            Mount("/console/static", StaticFiles(directory=STATIC)),
            *SignIn(parts, pages, access).routes(),
            *Cases(parts, pages, access).routes(),
        ],
        exception_handlers={UnavailableError: away},
        middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    )
