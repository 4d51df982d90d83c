"""Proving anew who one is, before something dangerous; the session gets a new token by it."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import RateLimit
from bot.console.access import COOKIE, PROVE, Access, field, keep, token_of
from bot.console.doorway import SLOW, asked, own, place_of
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.people.sessions import Session

WRONG: Final = "That does not fit. Try again."


class Prove:
    """The page that asks for it."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._parts = parts
        self._accounts = parts.accounts
        self._pages = pages
        self._access = access
        self._limit = RateLimit(1 / 60, 6)

    def routes(self) -> list[Route]:
        """Return the routes."""
        shown, posted = self._access.signed_in, self._access.posted
        return [
            Route(PROVE, shown(self.show, setting_up=True), methods=["GET"]),
            Route(PROVE, posted(self.prove, setting_up=True), methods=["POST"]),
            Route(f"{PROVE}/options", posted(self.options, setting_up=True), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Ask for it."""
        return await self._page(request, session, own(request.query_params.get("next", "")))

    async def _page(self, request: Request, session: Session, after: str, error: str = "") -> Response:
        account = await self._accounts.book.get(session.name)
        return self._pages.show(
            request, "prove.html", status=403 if error else 200, session=session, after=after, error=error,
            kinds=await self._accounts.asks(session.name), has_password=bool(account and account.password),
            organisation=bool(self._parts.organisation and account and account.subject),
        )  # fmt: skip

    async def options(self, request: Request, session: Session, _form: FormData) -> Response:
        """Return what a passkey is asked to sign, for the script."""
        if self._limit.wait(session.name):
            return JSONResponse({"error": SLOW}, status_code=429)
        place = place_of(request, self._parts.public_url)
        return asked(*await self._accounts.passkeys.ask(session.name, place))

    async def prove(self, request: Request, session: Session, form: FormData) -> Response:
        """Take a passkey, or password and code."""
        after, name = own(field(form, "next")), session.name
        if self._limit.wait(name):
            return await self._page(request, session, after, SLOW)
        how = await self._fits(request, name, form)
        if not how:
            await self._accounts.audit.note("@console", "proof_refused", name)
            return await self._page(request, session, after, WRONG)
        token = await self._accounts.sessions.renew(token_of(request))
        await self._accounts.audit.note(name, "proved", name, how)
        response = RedirectResponse(after, status_code=303)
        keep(request, response, COOKIE, token, self._parts.public_url)
        return response

    async def _fits(self, request: Request, name: str, form: FormData) -> str:
        if field(form, "credential"):
            place = place_of(request, self._parts.public_url)
            token, credential = field(form, "token")[:128], field(form, "credential")
            return "passkey" if await self._accounts.passkeys.check(token, credential, place, name=name) else ""
        if not await self._accounts.verify(name, field(form, "password")):
            return ""
        if not await self._accounts.asks(name):
            return "password"
        return await self._accounts.factors.check(name, field(form, "code")[:40])
