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
from bot.console.access import Access
from bot.console.cases import Cases
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.sign_in import SignIn

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
    return Starlette(
        routes=[
            Route("/", _home),
            Route("/console", _home),
            Route("/health/live", _live),
            Mount("/console/static", StaticFiles(directory=STATIC)),
            *SignIn(parts, pages, access).routes(),
            *Cases(parts, pages, access).routes(),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    )
