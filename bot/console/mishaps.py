"""Pages for when something is missing, forbidden, away or broken, and the one for no connection."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import Access, wants_json
from bot.console.pages import Pages, there
from bot.core.people import LISTS, Role
from bot.people.sessions import Session

WORKER: Final = Path(__file__).parent / "static" / "sw.js"
NOT_FOUND, FORBIDDEN = 404, 403
HOMES: Final[tuple[tuple[str, frozenset[Role]], ...]] = (
    ("/console/queue", LISTS),
    ("/console/people", frozenset({"administrator"})),
    ("/console/audit", frozenset({"auditor"})),
    ("/console/programme", frozenset({"editor"})),
)
"""Where somebody begins: the first page that is for one of their roles."""


class Mishaps:
    """Answers where no view does."""

    def __init__(self, pages: Pages, access: Access) -> None:
        """Take what renders, and who knows the sessions."""
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        home = self._access.signed_in(self.home)
        return [
            Route("/", home),
            Route("/console", home),
            Route("/console/offline", self.offline, methods=["GET"]),
            Route("/console/sw.js", self.worker, methods=["GET"]),
        ]

    async def home(self, request: Request, session: Session) -> Response:
        """Lead to the first page that is for this person."""
        known = there(request)
        for path, roles in HOMES:
            if path in known and session.viewer.may(roles):
                return RedirectResponse(path, status_code=303)
        return self._pages.show(request, "forbidden.html", status=FORBIDDEN, session=session)

    async def offline(self, request: Request) -> Response:
        """Return what is shown without a connection; the browser keeps it."""
        return self._pages.show(request, "offline.html", session=None)

    async def worker(self, _request: Request) -> Response:
        """Return the script that shows it."""
        return FileResponse(WORKER, media_type="text/javascript", headers={"cache-control": "no-cache"})

    async def http(self, request: Request, error: Exception) -> Response:
        """Show that a page is missing, or not for this person."""
        status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
        said = error.detail if isinstance(error, HTTPException) else ""
        headers = error.headers if isinstance(error, HTTPException) else None
        if wants_json(request):
            return JSONResponse({"error": said}, status_code=status, headers=headers)
        template = {FORBIDDEN: "forbidden.html"}.get(status, "missing.html")
        session = getattr(request.state, "session", None)
        response = self._pages.show(request, template, status=status, session=session)
        response.headers.update(headers or {})
        return response

    def broken(self, request: Request) -> Response:
        """Say that it is our fault."""
        return self._pages.show(request, "broken.html", status=500, session=None)
