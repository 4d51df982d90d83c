"""One's own account: password, second factor, sessions, and the code that joins a Telegram account."""

from __future__ import annotations

from io import BytesIO

import segno
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import RateLimit
from bot.console.access import COOKIE, Access, field
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core.people import ROLES
from bot.errors import NotAllowedError
from bot.people.factors import address
from bot.people.sessions import Session

PATH = "/console/me"
SLOW = "Too many tries. Wait a minute and try again."
WRONG = "Your password is wrong."


class Me:
    """The page of one's own account."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._parts = parts
        self._accounts = parts.accounts
        self._pages = pages
        self._access = access
        self._limit = RateLimit(0.1, 6)

    def routes(self) -> list[Route]:
        """Return the routes."""
        shown, posted = self._access.signed_in, self._access.posted
        return [
            Route(PATH, shown(self.show, setting_up=True), methods=["GET"]),
            Route(f"{PATH}/qr.svg", shown(self.picture, setting_up=True), methods=["GET"]),
            Route(f"{PATH}/password", posted(self.password, setting_up=True), methods=["POST"]),
            Route(f"{PATH}/factor", posted(self.factor, setting_up=True), methods=["POST"]),
            Route(f"{PATH}/sessions", posted(self.sessions, setting_up=True), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Show it."""
        return await self._page(request, session)

    async def _page(
        self, request: Request, session: Session, *, error: str = "", codes: list[str] | None = None
    ) -> Response:
        account = await self._accounts.book.get(session.name)
        waiting = await self._accounts.factors.begun(session.name)
        return self._pages.show(
            request, "me.html", status=400 if error else 200, session=session, error=error, codes=codes or [],
            has_factor=bool(account and account.totp), secret=waiting, left=len(account.codes) if account else 0,
            sessions=await self._accounts.sessions.of(session.name),
            roles=[role for role in ROLES if role in session.viewer.roles],
            required=self._accounts.rules.factor_required,
        )  # fmt: skip

    async def picture(self, _request: Request, session: Session) -> Response:
        """Show what an authenticator app reads; only while it is being set up."""
        secret = await self._accounts.factors.begun(session.name)
        if not secret:
            return Response(status_code=404)
        made = BytesIO()
        segno.make(address(session.name, secret), error="m").save(
            made, kind="svg", scale=5, border=2, light="white", xmldecl=False
        )
        return Response(made.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})

    async def _proved(self, session: Session, form: FormData) -> None:
        if self._limit.wait(session.name):
            raise NotAllowedError(SLOW)
        if not await self._accounts.verify(session.name, field(form, "old")):
            raise NotAllowedError(WRONG)

    async def password(self, request: Request, session: Session, form: FormData) -> Response:
        """Set another password; one signs in anew with it."""
        try:
            if field(form, "password") != field(form, "again"):
                msg = "The two passwords are not the same."
                raise NotAllowedError(msg)  # noqa: TRY301 - shown like the refusals of the accounts
            await self._proved(session, form)
            await self._accounts.change_password(session.name, field(form, "old"), field(form, "password"))
        except NotAllowedError as refusal:
            return await self._page(request, session, error=str(refusal))
        return RedirectResponse("/console/sign-in", status_code=303)

    async def factor(self, request: Request, session: Session, form: FormData) -> Response:
        """Begin, confirm, or take off the second factor."""
        factors, audit, name = self._accounts.factors, self._accounts.audit, session.name
        try:
            match field(form, "do"):
                case "begin":
                    await self._proved(session, form)
                    await factors.begin(name)
                case "confirm":
                    if self._limit.wait(name):
                        raise NotAllowedError(SLOW)  # noqa: TRY301 - as above
                    codes = await factors.confirm(name, field(form, "code"))
                    await audit.note(name, "factor_set", name)
                    return await self._page(request, session, codes=codes)
                case "remove":
                    await self._proved(session, form)
                    await factors.remove(name)
                    await audit.note(name, "factor_removed", name)
        except NotAllowedError as refusal:
            return await self._page(request, session, error=str(refusal))
        return RedirectResponse(PATH, status_code=303)

    async def sessions(self, request: Request, session: Session, form: FormData) -> Response:
        """End one session, or all but this one."""
        if wanted := field(form, "id"):
            await self._accounts.sessions.revoke(session.name, wanted)
        else:
            await self._accounts.sessions.revoke_others(session.name, request.cookies.get(COOKIE, ""))
        await self._accounts.audit.note(session.name, "session_ended", session.name)
        return RedirectResponse(PATH, status_code=303)
