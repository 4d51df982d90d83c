"""What the pages before the console share: their forms, how often somebody may try, and the way in."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.asgi import RateLimit
from bot.console.access import COOKIE, field, form_of, keep, kept, secure, token_of
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.people.passkeys import Place
from bot.people.tokens import same

BEFORE: Final = "ucare_console_before"
"""Cookie of the time before signing in; the form repeats its value."""
FIELDS: Final = ("name", "password", "again", "pending", "code", "next", "token", "credential")
SLOW: Final = "Too many tries. Wait a minute and try again."
MAX_NEXT: Final = 300
BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class Doorway:
    """Before the console."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        """Take what the pages stand on."""
        self.parts = parts
        self.accounts = parts.accounts
        self._pages = pages
        self._by_place = RateLimit(0.5, 20)
        self._by_name = RateLimit(0.1, 6)
        self._by_code = RateLimit(1 / 60, 6)

    def page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        """Show a form that nobody has to be signed in for."""
        token = kept(request, BEFORE) or secrets.token_urlsafe(24)
        organisation = self.parts.organisation is not None
        shown = self._pages.show(
            request, template, status=status, csrf=token, session=None, organisation=organisation, **values
        )
        keep(request, shown, BEFORE, token, self.parts.public_url)
        return shown

    async def fields(self, request: Request) -> dict[str, str] | None:
        """Return the fields of a form; None where it is not ours."""
        form = await form_of(request)
        expected = kept(request, BEFORE)
        if form is None or not expected or not same(field(form, "csrf"), expected):
            return None
        return {name: field(form, name) for name in FIELDS}

    def slow(self, request: Request, name: str = "", *, code_of: str = "") -> bool:
        """Tell whether there were too many tries: from here, for a name from here, or for a code from anywhere."""
        place = request.client.host if request.client else ""
        if self._by_place.wait(place):
            return True
        if code_of:
            return bool(self._by_code.wait(code_of))
        return bool(name) and bool(self._by_name.wait(f"{place} {name}"))

    async def enter(self, request: Request, name: str, how: str, *, after: str = "") -> Response:
        """Start a session and lead into the console."""
        response = RedirectResponse(own(after), status_code=303)
        device = device_of(request.headers.get("user-agent", ""))
        await self.accounts.audit.note(name, "signed_in", name, how)
        await self.accounts.sessions.end(token_of(request))
        token = await self.accounts.begin(name, how=how, device=device)
        keep(request, response, COOKIE, token, self.parts.public_url)
        keep(request, response, BEFORE, "", self.parts.public_url)
        return response

    def place(self, request: Request) -> Place:
        """Return where the console is opened, for passkeys."""
        return place_of(request, self.parts.public_url)


def place_of(request: Request, public_url: str) -> Place:
    """Return where the console is opened. The browser holds to it too: a passkey is asked for at its own host alone."""
    scheme = "https" if secure(request, public_url) else "http"
    return Place(request.url.hostname or "", f"{scheme}://{request.url.netloc}")


def asked(token: str, options: str) -> Response:
    """Answer to the script that asks for a passkey."""
    return JSONResponse({"token": token, "options": options})


def own(after: str) -> str:
    """Return where to go after signing in: a page of ours, or the first that is for this person."""
    fine = after.startswith("/console/") and "//" not in after and "\\" not in after and len(after) < MAX_NEXT
    return after if fine and after.isascii() and after.isprintable() else "/console"


def device_of(agent: str) -> str:
    """Return roughly which browser this is, from what it says of itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "Browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser}, {system}" if system else browser
