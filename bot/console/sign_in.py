"""Signing in and out, and choosing a password with the first link."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import RateLimit
from bot.console.access import COOKIE, PATH, Access, field, form_of, refused, secure
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.errors import NotAllowedError
from bot.people.sessions import Session
from bot.people.tokens import same

BEFORE = "ucare_console_before"
"""Cookie of the time before signing in; the form repeats its value."""
MAX_NEXT = 300
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class SignIn:
    """The pages before the console."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the pages stand on."""
        self._parts = parts
        self._pages = pages
        self._access = access
        self._by_place = RateLimit(0.5, 20)
        self._by_name = RateLimit(0.1, 6)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/console/sign-in", self.form, methods=["GET"]),
            Route("/console/sign-in", self.enter, methods=["POST"]),
            Route("/console/sign-in/code", self.code, methods=["POST"]),
            Route("/console/sign-out", self._access.posted(self._leave, setting_up=True), methods=["POST"]),
            Route("/console/welcome/{token:str}", self.welcome, methods=["GET"]),
            Route("/console/welcome/{token:str}", self.choose, methods=["POST"]),
            Route("/welcome/{token:str}", _forward, methods=["GET"]),
        ]

    def _page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        token = request.cookies.get(BEFORE) or secrets.token_urlsafe(24)
        response = self._pages.show(request, template, status=status, csrf=token, session=None, **values)
        response.set_cookie(
            BEFORE, token, path=PATH, httponly=True, samesite="strict",
            secure=secure(request, self._parts.public_url),
        )  # fmt: skip
        return response

    async def _fields(self, request: Request) -> dict[str, str] | None:
        form = await form_of(request)
        expected = request.cookies.get(BEFORE, "")
        if form is None or not expected or not same(field(form, "csrf"), expected):
            return None
        return {name: field(form, name) for name in ("name", "password", "again", "pending", "code", "next")}

    async def _signed_in(self, request: Request, name: str, *, how: str = "password", after: str = "") -> Response:
        response = RedirectResponse(_own(after), status_code=303)
        device = device_of(request.headers.get("user-agent", ""))
        token = await self._parts.accounts.begin(name, how=how, device=device)
        await self._parts.accounts.audit.note(name, "signed_in", name, how)
        tls = secure(request, self._parts.public_url)
        response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="strict", secure=tls)
        response.delete_cookie(BEFORE, path=PATH, httponly=True, samesite="strict", secure=tls)
        return response

    async def form(self, request: Request) -> Response:
        """Show the sign-in form."""
        if await self._access.session(request):
            return RedirectResponse("/console/queue", status_code=303)
        return self._page(request, "sign_in.html", error="", name="", after=request.query_params.get("next", ""))

    async def enter(self, request: Request) -> Response:
        """Sign in with name and password."""
        fields = await self._fields(request)
        if fields is None:
            return refused()
        place = request.client.host if request.client else ""
        name = fields["name"].strip().lower()[:64]
        if self._by_place.wait(place) or self._by_name.wait(f"{place} {name}"):
            return self._page(request, "sign_in.html", status=429, error="slow", name=name, after=fields["next"])
        if not await self._parts.accounts.verify(name, fields["password"]):
            await self._parts.accounts.audit.note("@console", "sign_in_refused", name)
            return self._page(request, "sign_in.html", status=403, error="wrong", name=name, after=fields["next"])
        if not await self._parts.accounts.asks_code(name):
            return await self._signed_in(request, name, after=fields["next"])
        pending = await self._parts.accounts.pend(name)
        return self._page(request, "sign_in_code.html", pending=pending, error="", after=fields["next"])

    async def code(self, request: Request) -> Response:
        """Sign in with the second factor, after the password."""
        fields = await self._fields(request)
        if fields is None:
            return refused()
        pending, after = fields["pending"][:128], fields["next"]
        name = await self._parts.accounts.pending(pending)
        if not name:
            return self._page(request, "sign_in.html", status=403, error="late", name="", after=after)
        place = request.client.host if request.client else ""
        if self._by_place.wait(place) or self._by_name.wait(f"code {name}"):
            return self._page(request, "sign_in_code.html", status=429, pending=pending, error="slow", after=after)
        how = await self._parts.accounts.factors.check(name, fields["code"][:40])
        if not how:
            await self._parts.accounts.audit.note("@console", "code_refused", name)
            return self._page(request, "sign_in_code.html", status=403, pending=pending, error="wrong", after=after)
        await self._parts.accounts.pended(pending)
        return await self._signed_in(request, name, how=how, after=after)

    async def welcome(self, request: Request) -> Response:
        """Show the form that a first link leads to; opening it does not use the link up."""
        name = await self._parts.accounts.invited(request.path_params["token"][:128])
        status = 200 if name else 404
        return self._page(request, "welcome.html", status=status, name=name, error="")

    async def choose(self, request: Request) -> Response:
        """Set the password and sign in."""
        fields = await self._fields(request)
        if fields is None:
            return refused()
        token = request.path_params["token"][:128]
        try:
            if fields["password"] != fields["again"]:
                msg = "The two passwords are not the same."
                raise NotAllowedError(msg)  # noqa: TRY301 - shown like the refusals of the accounts
            name = await self._parts.accounts.choose_password(token, fields["password"])
        except NotAllowedError as error:
            name = await self._parts.accounts.invited(token)
            return self._page(request, "welcome.html", status=400, name=name, error=str(error))
        return await self._signed_in(request, name)

    async def _leave(self, request: Request, _session: Session, _form: object) -> Response:
        await self._parts.accounts.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/console/sign-in", status_code=303)
        tls = secure(request, self._parts.public_url)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=tls)
        return response


def _own(after: str) -> str:
    """Return where to go after signing in: a page of ours, or the queue."""
    fine = after.startswith("/console/") and "//" not in after and "\\" not in after and len(after) < MAX_NEXT
    return after if fine and after.isascii() and after.isprintable() else "/console/queue"


def device_of(agent: str) -> str:
    """Return roughly which browser this is, from what it says of itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "Browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser}, {system}" if system else browser


async def _forward(request: Request) -> Response:
    return RedirectResponse(f"/console/welcome/{request.path_params['token']}", status_code=303)
