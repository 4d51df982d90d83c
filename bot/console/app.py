"""The caseworkers' ASGI app."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.asgi import Guard, SecurityHeaders
from bot.console import audit
from bot.console.access import Access, wants_json
from bot.console.cases import AWAY, Cases
from bot.console.me import Me
from bot.console.media import Media
from bot.console.mishaps import Mishaps
from bot.console.organisation import OrganisationDoor
from bot.console.overview import Overview
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.people import People
from bot.console.prefer import Prefer
from bot.console.prove import Prove
from bot.console.queue import Queue
from bot.console.sign_in import SignIn
from bot.console.teams import TeamsPage
from bot.console.translations import Translations
from bot.errors import UnavailableError

STATIC = Path(__file__).parent / "static"


async def _live(_request: Request) -> Response:
    return JSONResponse({"live": True})


def welcome_path(token: str) -> str:
    """Return the path of a first sign-in link, to be put behind the console's address."""
    return f"/console/welcome/{token}"


def console_app(parts: Parts) -> Starlette:
    """Return the app. Serve it with ``access_log=False``: a first link is a secret while it works."""
    pages, access = Pages(parts.texts), Access(parts.accounts)
    mishaps = Mishaps(pages, access)

    async def away(request: Request, _error: Exception) -> Response:
        if wants_json(request):
            return JSONResponse({"error": AWAY}, status_code=503)
        return pages.show(request, "away.html", status=503, session=None)

    return Starlette(
        routes=[
            Route("/health/live", _live),
            Mount("/console/static", StaticFiles(directory=STATIC)),
            *mishaps.routes(),
            *Prefer(parts.texts, parts.public_url).routes(),
            *SignIn(parts, pages, access).routes(),
            *(OrganisationDoor(parts, pages, access, parts.organisation).routes() if parts.organisation else ()),
            *Prove(parts, pages, access).routes(),
            *Me(parts, pages, access).routes(),
            *People(parts, pages, access).routes(),
            *(
                TeamsPage(parts, parts.teams, parts.notices, pages, access).routes()
                if parts.teams and parts.notices
                else ()
            ),
            *Queue(parts, pages, access).routes(),
            *(Media(parts, parts.media, parts.audit, pages, access).routes() if parts.audit else ()),
            *(
                Translations(parts, parts.translator, parts.audit, pages, access).routes()
                if parts.translator and parts.audit
                else ()
            ),
            *Cases(parts, pages, access).routes(),
            *Overview(parts, pages, access).routes(),
            *(audit.AuditPage(parts, parts.audit, pages, access).routes() if parts.audit else ()),
        ],
        exception_handlers={UnavailableError: away, HTTPException: mishaps.http},
        middleware=[Middleware(SecurityHeaders), Middleware(Guard, page=mishaps.broken)],
    )
