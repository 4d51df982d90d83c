"""Who works here: invite, change, shut out, recover. For administrators, who see no content by this role."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.asgi import RateLimit
from bot.console.access import Access, field
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core.people import ROLES, Role
from bot.errors import ConflictError, NotAllowedError
from bot.people.account import Scope, listed
from bot.people.sessions import Session

PATH = "/console/people"
ADMINISTRATORS: frozenset[Role] = frozenset({"administrator"})
WRONG = "Your password is wrong."
SLOW = "Too many tries. Wait a minute and try again."
ROLE = "Choose at least one role."
ONESELF = "Somebody else must do this for you."


def scope_of(form: FormData) -> Scope:
    """Return the scope that a form holds.

    Raises:
        NotAllowedError: No role is chosen.
    """
    roles = tuple(role for role in ROLES if role in form.getlist("role"))
    if not roles:
        raise NotAllowedError(ROLE)
    countries, teams = (listed(field(form, name)[:500]) for name in ("countries", "teams"))
    return Scope(roles, tuple(one.upper() for one in countries), teams)


class People:
    """The page of all accounts."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._accounts = parts.accounts
        self._pages = pages
        self._access = access
        self._limit = RateLimit(0.1, 10)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._access.allowed(self.show, ADMINISTRATORS), methods=["GET"]),
            Route(PATH, self._access.posted(self.act, ADMINISTRATORS), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Show everybody."""
        return await self._page(request, session)

    async def _page(self, request: Request, session: Session, *, error: str = "", link: str = "") -> Response:
        people = await self._accounts.all()
        asked = {one.name: await self._accounts.recovery_of(one.name) for one in people}
        return self._pages.show(
            request, "people.html", status=400 if error else 200, session=session, error=error, link=link,
            people=people, roles=ROLES, asked=asked,
        )  # fmt: skip

    async def act(self, request: Request, session: Session, form: FormData) -> Response:
        """Do what an administrator wants, who types the password again for it."""
        name, by = field(form, "name").strip().lower(), session.name
        try:
            if self._limit.wait(by):
                raise NotAllowedError(SLOW)  # noqa: TRY301 - shown like the refusals of the accounts
            if not await self._accounts.verify(by, field(form, "old")):
                raise NotAllowedError(WRONG)  # noqa: TRY301 - as above
            token = await self._done(field(form, "do"), name, by, form)
        except (NotAllowedError, ConflictError) as refusal:
            return await self._page(request, session, error=str(refusal))
        if not token:
            return RedirectResponse(PATH, status_code=303)
        return await self._page(
            request, session, link=f"{request.url.scheme}://{request.url.netloc}/console/welcome/{token}"
        )

    async def _done(self, verb: str, name: str, by: str, form: FormData) -> str:
        """Return the token of a new link, where one was made."""
        if name == by and verb != "change":
            raise NotAllowedError(ONESELF)
        match verb:
            case "invite":
                if name in {one.name for one in await self._accounts.all()}:
                    msg = "There is somebody of this name. Use recovery, or choose another name."
                    raise NotAllowedError(msg)
                return await self._accounts.invite(name, scope_of(form), by=by)
            case "change":
                await self._accounts.set_scope(name, scope_of(form), by=by)
            case "disable":
                await self._accounts.disable(name, by=by)
            case "ask_recovery":
                await self._accounts.ask_recovery(name, by=by)
            case "recover":
                return await self._accounts.recover(name, by=by)
            case _:
                msg = "Choose what is to be done."
                raise NotAllowedError(msg)
        return ""
