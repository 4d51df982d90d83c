"""Signing in with the organisation's own accounts: out to its page, and back."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import COOKIE, ME, PATH, Access, keep, refused, secure, token_of
from bot.console.doorway import Doorway, own
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.errors import NotAllowedError
from bot.people.oidc import TTL_S, Organisation
from bot.people.sessions import Session

HERE: Final = "/console/organisation"
AWAY: Final = "ucare_console_away"
"""Cookie of who is at the organisation's page. It is sent when they come back from there, which a strict one is not."""


class OrganisationDoor:
    """The way out and back."""

    def __init__(self, parts: Parts, pages: Pages, access: Access, organisation: Organisation) -> None:
        """Take what the pages stand on, and the organisation."""
        self._parts = parts
        self._access = access
        self._organisation = organisation
        self._door = Doorway(parts, pages)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(HERE, self.out, methods=["GET"]),
            Route(f"{HERE}/join", self._access.posted(self.join, proof=ME), methods=["POST"]),
            Route(f"{HERE}/welcome/{{token:str}}", self.welcome, methods=["POST"]),
            Route(f"{HERE}/back", self.back, methods=["GET"]),
            Route(f"{HERE}/in", self.enter, methods=["GET"]),
        ]

    def _refused(self, request: Request, error: str, status: int = 403) -> Response:
        response = self._door.page(request, "sign_in.html", status=status, error=error, name="", after="")
        response.delete_cookie(AWAY, path=PATH)
        return response

    async def out(self, request: Request) -> Response:
        """Lead to the organisation's page; with ``?prove=1``, to prove anew who one is."""
        if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return RedirectResponse("/console/sign-in", status_code=303)  # nobody is sent there by another site
        if self._door.slow(request):
            return self._refused(request, "slow", 429)
        session = await self._access.session(request) if "prove" in request.query_params else None
        after = own(request.query_params.get("next", ""))
        return await self._away(request, after, proof_of=session.name if session else "")

    async def join(self, request: Request, session: Session, _form: FormData) -> Response:
        """Lead there to join the account of somebody signed in, who proved a short time ago who they are."""
        return await self._away(request, ME, joins=session.name)

    async def welcome(self, request: Request) -> Response:
        """Lead there from an invitation, whose account is joined instead of choosing a password."""
        if await self._door.fields(request) is None:
            return refused()
        name = await self._parts.accounts.invited(request.path_params["token"][:128])
        if not name or self._door.slow(request):
            return self._refused(request, "late")
        return await self._away(request, "", joins=name)

    async def _away(self, request: Request, after: str, *, proof_of: str = "", joins: str = "") -> Response:
        base = self._parts.console_url.rstrip("/").removesuffix(PATH) or self._door.place(request).origin
        try:
            state, address = await self._organisation.begin(f"{base}{HERE}/back", after, proof_of=proof_of, joins=joins)
        except NotAllowedError as refusal:
            return self._refused(request, str(refusal))
        response: Response = RedirectResponse(address, status_code=303)
        if joins:  # what a form answers may not lead elsewhere (form-action): a page of ours does
            response = self._door.page(request, "landed.html", to=address)
        response.set_cookie(
            AWAY, state, path=PATH, max_age=TTL_S, httponly=True, samesite="lax",
            secure=secure(request, self._parts.public_url),
        )  # fmt: skip
        return response

    async def back(self, request: Request) -> Response:
        """Take what the browser brings back, and go on from a page of our own, so that strict cookies are sent."""
        if self._door.slow(request):
            return self._refused(request, "slow", 429)
        try:
            await self._organisation.land(request.cookies.get(AWAY, "")[:128], request.query_params)
        except NotAllowedError as refusal:
            await self._parts.accounts.audit.note("@console", "organisation_refused")
            return self._refused(request, str(refusal))
        return self._door.page(request, "landed.html", to=f"{HERE}/in")

    async def enter(self, request: Request) -> Response:
        """Start a session for who came back, or note that they proved who they are."""
        landed = await self._organisation.landed(request.cookies.get(AWAY, "")[:128])
        if landed is None:
            return self._refused(request, "late")
        if not landed.proof_of:
            response = await self._door.enter(request, landed.landed, "oidc", after=landed.after)
        else:
            session = await self._access.session(request)
            if session is None or session.name != landed.landed:
                return self._refused(request, "late")
            token = await self._parts.accounts.sessions.renew(token_of(request))
            await self._parts.accounts.audit.note(session.name, "proved", session.name, "oidc")
            response = RedirectResponse(own(landed.after), status_code=303)
            keep(request, response, COOKIE, token, self._parts.public_url)
        response.delete_cookie(AWAY, path=PATH)
        return response
