"""Signing in and out: name and password, then a code or a passkey, or a passkey alone."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import COOKIE, Access, keep, refused, token_of
from bot.console.doorway import SLOW, Doorway, asked
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.errors import NotAllowedError
from bot.people.sessions import Session

PATH: Final = "/console/sign-in"


class SignIn:
    """The pages before the console."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the pages stand on."""
        self._accounts = parts.accounts
        self._parts = parts
        self._access = access
        self._door = Doorway(parts, pages)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self.form, methods=["GET"]),
            Route(PATH, self.enter, methods=["POST"]),
            Route(f"{PATH}/code", self.code, methods=["POST"]),
            Route(f"{PATH}/passkey", self.passkey, methods=["POST"]),
            Route(f"{PATH}/passkey/options", self.options, methods=["POST"]),
            Route("/console/sign-out", self._access.posted(self._leave, setting_up=True), methods=["POST"]),
            Route("/console/welcome/{token:str}", self.welcome, methods=["GET"]),
            Route("/console/welcome/{token:str}", self.choose, methods=["POST"]),
            Route("/welcome/{token:str}", _forward, methods=["GET"]),
        ]

    def _first(self, request: Request, error: str, *, name: str = "", after: str = "") -> Response:
        status = {"": 200, "slow": 429}.get(error, 403)
        return self._door.page(request, "sign_in.html", status=status, error=error, name=name, after=after)

    async def _second(self, request: Request, pending: str, name: str, error: str, *, after: str) -> Response:
        status = {"": 200, "slow": 429}.get(error, 403)
        kinds = await self._accounts.asks(name)
        return self._door.page(
            request, "sign_in_code.html", status=status, pending=pending, error=error, after=after, kinds=kinds
        )

    async def form(self, request: Request) -> Response:
        """Show the sign-in form."""
        if await self._access.session(request):
            return RedirectResponse("/console", status_code=303)
        return self._first(request, "", after=request.query_params.get("next", ""))

    async def enter(self, request: Request) -> Response:
        """Sign in with name and password."""
        fields = await self._door.fields(request)
        if fields is None:
            return refused()
        name, after = fields["name"].strip().lower()[:64], fields["next"]
        if self._door.slow(request, name):
            return self._first(request, "slow", name=name, after=after)
        if not await self._accounts.verify(name, fields["password"]):
            await self._accounts.audit.note("@console", "sign_in_refused", name)
            return self._first(request, "wrong", name=name, after=after)
        if not await self._accounts.asks(name):
            return await self._door.enter(request, name, "password", after=after)
        return await self._second(request, await self._accounts.pending.begin(name), name, "", after=after)

    async def code(self, request: Request) -> Response:
        """Sign in with a code, after the password."""
        fields = await self._door.fields(request)
        if fields is None:
            return refused()
        pending, after = fields["pending"][:128], fields["next"]
        name = await self._accounts.pending.whose(pending)
        if not name:
            return self._first(request, "late", after=after)
        if self._door.slow(request, code_of=name):
            return await self._second(request, pending, name, "slow", after=after)
        how = await self._accounts.factors.check(name, fields["code"][:40])
        if not how or not await self._accounts.pending.use(pending):
            await self._accounts.audit.note("@console", "code_refused", name)
            return await self._second(request, pending, name, "wrong", after=after)
        return await self._door.enter(request, name, how, after=after)

    async def options(self, request: Request) -> Response:
        """Return what a passkey is asked to sign, for the script: after the password, or of anybody."""
        fields = await self._door.fields(request)
        if fields is None:
            return refused()
        if self._door.slow(request):
            return JSONResponse({"error": SLOW}, status_code=429)
        name = await self._accounts.pending.whose(fields["pending"][:128])
        return asked(*await self._accounts.passkeys.ask(name, self._door.place(request)))

    async def passkey(self, request: Request) -> Response:
        """Sign in with a passkey, after the password or instead of it."""
        fields = await self._door.fields(request)
        if fields is None:
            return refused()
        pending, after = fields["pending"][:128], fields["next"]
        if self._door.slow(request):
            return self._first(request, "slow", after=after)
        expected = await self._accounts.pending.whose(pending)
        if pending and not expected:
            return self._first(request, "late", after=after)
        place = self._door.place(request)
        name = await self._accounts.passkeys.check(fields["token"][:128], fields["credential"], place, name=expected)
        if not name or (pending and not await self._accounts.pending.use(pending)):
            await self._accounts.audit.note("@console", "passkey_refused", expected)
            if expected:
                return await self._second(request, pending, expected, "passkey", after=after)
            return self._first(request, "passkey", after=after)
        return await self._door.enter(request, name, "passkey", after=after)

    async def welcome(self, request: Request) -> Response:
        """Show the form that a first link leads to; opening it does not use the link up."""
        token = request.path_params["token"][:128]
        name = await self._accounts.invited(token)
        return self._door.page(request, "welcome.html", status=200 if name else 404, name=name, token=token, error="")

    async def choose(self, request: Request) -> Response:
        """Set the password and sign in."""
        fields = await self._door.fields(request)
        if fields is None:
            return refused()
        token = request.path_params["token"][:128]
        try:
            if fields["password"] != fields["again"]:
                msg = "The two passwords are not the same."
                raise NotAllowedError(msg)  # noqa: TRY301 - shown like the refusals of the accounts
            name = await self._accounts.choose_password(token, fields["password"])
        except NotAllowedError as error:
            name = await self._accounts.invited(token)
            return self._door.page(request, "welcome.html", status=400, name=name, token=token, error=str(error))
        return await self._door.enter(request, name, "password")

    async def _leave(self, request: Request, session: Session, _form: object) -> Response:
        await self._accounts.end(token_of(request))
        await self._accounts.audit.note(session.name, "signed_out", session.name)
        response = RedirectResponse(PATH, status_code=303)
        keep(request, response, COOKIE, "", self._parts.public_url)
        return response


async def _forward(request: Request) -> Response:
    return RedirectResponse(f"/console/welcome/{request.path_params['token']}", status_code=303)
