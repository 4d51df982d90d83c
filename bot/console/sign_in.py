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
        return {name: field(form, name) for name in ("name", "password", "again")}

    async def _signed_in(self, request: Request, name: str) -> Response:
        response = RedirectResponse("/console/queue", status_code=303)
        token = await self._parts.accounts.begin(name)
        tls = secure(request, self._parts.public_url)
        response.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="strict", secure=tls)
        response.delete_cookie(BEFORE, path=PATH, httponly=True, samesite="strict", secure=tls)
        return response

    async def form(self, request: Request) -> Response:
        """Show the sign-in form."""
        if await self._access.session(request):
            return RedirectResponse("/console/queue", status_code=303)
        return self._page(request, "sign_in.html", error="", name="")

    async def enter(self, request: Request) -> Response:
        """Sign in with name and password."""
        fields = await self._fields(request)
        if fields is None:
            return refused()
        place = request.client.host if request.client else ""
        name = fields["name"].strip().lower()[:64]
        if self._by_place.wait(place) or self._by_name.wait(f"{place} {name}"):
            return self._page(request, "sign_in.html", status=429, error="slow", name=name)
        if not await self._parts.accounts.verify(name, fields["password"]):
            return self._page(request, "sign_in.html", status=403, error="wrong", name=name)
        return await self._signed_in(request, name)

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


async def _forward(request: Request) -> Response:
    return RedirectResponse(f"/console/welcome/{request.path_params['token']}", status_code=303)
