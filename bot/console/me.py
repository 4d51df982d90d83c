"""One's own account: languages, password, second factors and sessions."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import msgspec
import segno
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import RateLimit
from bot.console.access import COOKIE, ME, Access, field, keep, token_of
from bot.console.doorway import SLOW, asked, place_of
from bot.console.pages import Pages, own_name
from bot.console.parts import Parts
from bot.console.prefer import LOCALE
from bot.core.people import ROLES
from bot.core.understood import SERIOUS
from bot.desk.filters import Filter
from bot.errors import ConflictError, NotAllowedError
from bot.people.factors import address
from bot.people.sessions import Session

UNEQUAL: Final = "The two passwords are not the same."
LAST: Final = "A second factor is required here. Set up another one first."
SPOKEN: Final = (
    "en", "nl", "fr", "de", "el", "ar", "fa_AF", "ps", "uk", "ru", "tr", "so", "ti", "am", "ku", "ur", "bn",
)  # fmt: skip
"""What is offered; an account may hold others, from the command line."""


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
            Route(ME, shown(self.show, setting_up=True), methods=["GET"]),
            Route(f"{ME}/here", shown(self.here), methods=["GET"]),
            Route(f"{ME}/qr.svg", shown(self.picture, setting_up=True), methods=["GET"]),
            Route(f"{ME}/duty", posted(self.duty), methods=["POST"]),
            Route(f"{ME}/languages", posted(self.languages), methods=["POST"]),
            Route(f"{ME}/password", posted(self.password, setting_up=True), methods=["POST"]),
            Route(f"{ME}/factor", posted(self.factor, setting_up=True, proof=ME), methods=["POST"]),
            Route(f"{ME}/passkey", posted(self.factor, setting_up=True, proof=ME), methods=["POST"]),
            Route(f"{ME}/passkey/options", posted(self.options, setting_up=True, proof=ME), methods=["POST"]),
            Route(f"{ME}/telegram", posted(self.telegram, proof=ME), methods=["POST"]),
            Route(f"{ME}/sessions", posted(self.sessions, setting_up=True, proof=ME), methods=["POST"]),
        ]

    async def here(self, _request: Request, _session: Session) -> Response:
        """Take notice that a person is there: the script says so while somebody types or points."""
        return Response(status_code=204)

    async def show(self, request: Request, session: Session) -> Response:
        """Show it."""
        return await self._page(request, session)

    async def _page(
        self, request: Request, session: Session, *, error: str = "", codes: list[str] | None = None, join: str = ""
    ) -> Response:
        account = await self._accounts.book.get(session.name)
        if account is None:
            return RedirectResponse("/console/sign-in", status_code=303)
        rules = self._accounts.rules
        return self._pages.show(
            request, "me.html", status=400 if error else 200, session=session, error=error, codes=codes or [],
            account=account, join=join, telegram=self._parts.telegram is not None,
            organisation=self._parts.organisation is not None,
            secret=await self._accounts.factors.begun(session.name),
            sessions=await self._accounts.sessions.of(session.name),
            roles=[role for role in ROLES if role in session.viewer.roles],
            spoken=[(code, own_name(code)) for code in dict.fromkeys((*SPOKEN, *account.languages))],
            idle_minutes=rules.idle_ms // 60_000, hours=rules.absolute_ms // 3_600_000,
        )  # fmt: skip

    async def duty(self, request: Request, session: Session, form: FormData) -> Response:
        """Take oneself off duty, or put oneself on again; one who still has somebody in danger is told so first."""
        off = field(form, "do") == "off"
        if off and not field(form, "sure"):
            rows = await self._parts.desk.queue(session.viewer, Filter(owner="me"))
            if serious := [row for row in rows if row.level in SERIOUS]:
                return self._pages.show(request, "duty.html", status=409, session=session, rows=serious)
        await self._accounts.switch_duty(session.name, off=off)
        return RedirectResponse("/console/queue", status_code=303)

    async def languages(self, _request: Request, session: Session, form: FormData) -> Response:
        """Keep what languages somebody writes, and in which the console speaks to them."""
        offered = (*SPOKEN, *session.viewer.languages)
        spoken = tuple(code for code in dict.fromkeys(offered) if code in form.getlist("language"))
        wanted = field(form, "locale")
        locale = wanted if wanted in self._parts.texts.locales else ""
        await self._accounts.book.change(
            session.name, lambda old: msgspec.structs.replace(old, languages=spoken, locale=locale)
        )
        await self._accounts.audit.note(session.name, "languages_changed", session.name)
        response = RedirectResponse(ME, status_code=303)
        response.delete_cookie(LOCALE, path="/console")
        return response

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

    async def password(self, request: Request, session: Session, form: FormData) -> Response:
        """Set another password; one signs in anew with it."""
        try:
            if self._limit.wait(session.name):
                raise NotAllowedError(SLOW)  # noqa: TRY301 - shown like the refusals of the accounts
            if field(form, "password") != field(form, "again"):
                raise NotAllowedError(UNEQUAL)  # noqa: TRY301 - as above
            await self._accounts.change_password(session.name, field(form, "old"), field(form, "password"))
        except (NotAllowedError, ConflictError) as refusal:
            return await self._page(request, session, error=str(refusal))
        return RedirectResponse("/console/sign-in", status_code=303)

    async def options(self, request: Request, session: Session, _form: FormData) -> Response:
        """Return what a browser needs to make a passkey, for the script."""
        if self._limit.wait(session.name):
            return JSONResponse({"error": SLOW}, status_code=429)
        return asked(*await self._accounts.passkeys.offer(session.name, place_of(request, self._parts.public_url)))

    async def factor(self, request: Request, session: Session, form: FormData) -> Response:
        """Begin, confirm or take off an authenticator app; add or remove a passkey; make new codes on paper."""
        try:
            codes = await self._changed(request, session, form)
        except (NotAllowedError, ConflictError) as refusal:
            return await self._page(request, session, error=str(refusal))
        if not codes:
            return RedirectResponse(ME, status_code=303)
        # More is proved than before: the session gets a new token.
        token = await self._accounts.sessions.renew(token_of(request), proved=False)
        renewed = await self._accounts.session(token) or session
        response = await self._page(request, renewed, codes=codes)
        keep(request, response, COOKIE, token, self._parts.public_url)
        return response

    async def _changed(self, request: Request, session: Session, form: FormData) -> list[str]:
        """Return the codes on paper, where new ones were made."""
        factors, passkeys, name = self._accounts.factors, self._accounts.passkeys, session.name
        match field(form, "do"):
            case "begin":
                await factors.begin(name)
                return []
            case "confirm":
                if self._limit.wait(name):
                    raise NotAllowedError(SLOW)
                codes = await factors.confirm(name, field(form, "code"))
                done = "factor_set"
            case "passkey":
                place = place_of(request, self._parts.public_url)
                given = (field(form, "token")[:128], field(form, "credential"), field(form, "called"))
                await passkeys.add(name, *given, place)
                account = await self._accounts.book.get(name)
                codes = await factors.paper(name) if account and not account.codes else []
                done = "passkey_added"
            case "paper":
                if not await self._accounts.asks(name):
                    return []
                codes, done = await factors.paper(name), "codes_made"
            case "remove":
                await self._spare(name, totp=True)
                await factors.remove(name)
                codes, done = [], "factor_removed"
            case "remove_passkey":
                await self._spare(name, passkey=True)
                await passkeys.remove(name, field(form, "id"))
                codes, done = [], "passkey_removed"
            case _:
                return []
        await self._accounts.audit.note(name, done, name)
        return codes

    async def _spare(self, name: str, *, totp: bool = False, passkey: bool = False) -> None:
        """Refuse to take off the last second factor where one is required.

        Raises:
            NotAllowedError: It is the last one.
        """
        account = await self._accounts.book.get(name)
        if account is None or not self._accounts.rules.factor_required:
            return
        if bool(account.totp) + len(account.passkeys) - totp - passkey < 1:
            raise NotAllowedError(LAST)

    async def telegram(self, request: Request, session: Session, form: FormData) -> Response:
        """Show a code that joins a Telegram account, or part the one that is joined."""
        links = self._parts.telegram
        if links is None:
            raise HTTPException(404)
        if field(form, "do") == "part":
            await links.part(session.name)
            return RedirectResponse(ME, status_code=303)
        return await self._page(request, session, join=await links.code(session.name))

    async def sessions(self, request: Request, session: Session, form: FormData) -> Response:
        """End one session, or all but this one."""
        if wanted := field(form, "id"):
            await self._accounts.sessions.revoke(session.name, wanted)
        else:
            await self._accounts.sessions.revoke_others(session.name, token_of(request))
        await self._accounts.audit.note(session.name, "session_ended", session.name)
        return RedirectResponse(ME, status_code=303)
