"""Who works here: invite, change, shut out, recover. For administrators, who see no content by this role."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import Access, field
from bot.console.doorway import place_of
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core.people import ROLES, Role
from bot.errors import ConflictError, NotAllowedError
from bot.people.account import Account, Scope, listed
from bot.people.sessions import Session

PATH = "/console/people"
ADMINISTRATORS: frozenset[Role] = frozenset({"administrator"})
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
ROLE = "Choose at least one role."
ONESELF = "Somebody else must do this for you."
TAKEN = "There is somebody of this name. Use recovery, or choose another name."


def scope_of(form: FormData) -> Scope:
    """Return the scope that a form holds.

    Raises:
        NotAllowedError: No role is chosen.
    """
    roles = tuple(role for role in ROLES if role in form.getlist("role"))
    if not roles:
        raise NotAllowedError(ROLE)
    countries, teams = (listed(field(form, name)[:500]) for name in ("countries", "teams"))
    spoken = tuple(one for one in re.split(r"[\s,]+", field(form, "languages")[:500]) if LANGUAGE.fullmatch(one))
    return Scope(roles, tuple(one.upper() for one in countries), teams, spoken if "languages" in form else None)


class People:
    """The page of all accounts."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._accounts = parts.accounts
        self._public_url = parts.public_url
        self._console_url = parts.console_url.rstrip("/").removesuffix("/console")
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._access.allowed(self.show, ADMINISTRATORS), methods=["GET"]),
            Route(PATH, self._access.posted(self.act, ADMINISTRATORS, proof=PATH), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Show everybody."""
        return await self._page(request, session)

    async def _page(self, request: Request, session: Session, *, error: str = "", link: str = "") -> Response:
        people = await self._accounts.all()
        asked = {one.name: await self._accounts.recovery.asked_by(one.name) for one in people}
        return self._pages.show(
            request, "people.html", status=400 if error else 200, session=session, error=error, link=link,
            people=people, roles=ROLES, asked=asked, alone=_alone(people),
        )  # fmt: skip

    async def act(self, request: Request, session: Session, form: FormData) -> Response:
        """Do what an administrator wants, who proved a short time ago who they are."""
        name, by = field(form, "name").strip().lower(), session.name
        try:
            token = await self._done(field(form, "do"), name, by, form)
        except (NotAllowedError, ConflictError) as refusal:
            return await self._page(request, session, error=str(refusal))
        if not token:
            return RedirectResponse(PATH, status_code=303)
        base = self._console_url or place_of(request, self._public_url).origin
        return await self._page(request, session, link=f"{base}/console/welcome/{token}")

    async def _done(self, verb: str, name: str, by: str, form: FormData) -> str:
        """Return the token of a new link, where one was made."""
        accounts = self._accounts
        if name == by and verb != "change":
            raise NotAllowedError(ONESELF)
        match verb:
            case "invite":
                if await accounts.book.get(name) is not None:
                    raise NotAllowedError(TAKEN)
                return await accounts.invite(name, scope_of(form), by=by)
            case "again":
                return await accounts.invite_again(name, by=by)
            case "change":
                scope = scope_of(form)
                if name == by and await self._gains(name, scope):
                    raise NotAllowedError(ONESELF)
                await accounts.set_scope(name, scope, by=by)
            case "disable":
                await accounts.disable(name, by=by)
            case _:
                return await self._recovered(verb, name, by)
        return ""

    async def _recovered(self, verb: str, name: str, by: str) -> str:
        """Return the token of a new link, where a second administrator confirmed."""
        recovery = self._accounts.recovery
        match verb:
            case "ask_recovery":
                await recovery.ask(name, by=by)
            case "drop_recovery":
                await recovery.drop(name, by=by)
            case "recover":
                return await recovery.confirm(name, by=by)
            case _:
                msg = "Choose what is to be done."
                raise NotAllowedError(msg)
        return ""

    async def _gains(self, name: str, scope: Scope) -> bool:
        """Tell whether somebody would have a role that they have not: nobody gives one to themselves."""
        account = await self._accounts.book.get(name)
        return account is None or bool(set(scope.roles or ()) - set(account.roles))


def _alone(people: Sequence[Account]) -> bool:
    """Tell whether there is one administrator and no more, so that nobody could confirm a recovery."""
    return sum(1 for one in people if one.state == "active" and "administrator" in one.roles) < 2  # noqa: PLR2004
