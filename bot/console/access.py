"""Who is asking: the session cookie, and the token that every form must carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from bot.asgi import TooLargeError, read_body, same_site
from bot.core.people import Role
from bot.people.accounts import Accounts
from bot.people.sessions import Session
from bot.people.tokens import same

COOKIE = "ucare_console"
SECURE = "__Secure-"
"""First letters of a cookie's name that a browser takes through TLS alone."""
PATH = "/console"
PROVE = "/console/prove"
ME = "/console/me"
MAX_FORM = 100_000
"""Bytes of a form; the longest is a reply."""

View = Callable[[Request, Session], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def secure(request: Request, public_url: str) -> bool:
    """Tell whether cookies may be kept to TLS."""
    return request.url.scheme == "https" or public_url.startswith("https://")


def keep(request: Request, response: Response, name: str, value: str, public_url: str) -> None:
    """Put a cookie of ours on an answer, that no script reads and no other site sends; empty: take it off."""
    tls = secure(request, public_url)
    named = SECURE + name if tls else name
    if value:
        response.set_cookie(named, value, path=PATH, httponly=True, samesite="strict", secure=tls)
    else:
        response.delete_cookie(named, path=PATH, httponly=True, samesite="strict", secure=tls)


def kept(request: Request, name: str) -> str:
    """Return a cookie that ``keep`` put; through TLS none that was put without it."""
    plain = "" if request.url.scheme == "https" else request.cookies.get(name, "")
    return (request.cookies.get(SECURE + name) or plain)[:128]


def token_of(request: Request) -> str:
    """Return the token of the session, or an empty text."""
    return kept(request, COOKIE)


def wants_json(request: Request) -> bool:
    """Tell whether our own script asks, and not a plain form."""
    return "application/json" in request.headers.get("accept", "")


async def form_of(request: Request) -> FormData | None:
    """Return the fields of a form; None where it is too large, not one, or comes from another site."""
    if not same_site(request):
        return None
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        body = await read_body(request, MAX_FORM)
    except TooLargeError:
        return None
    request._body = body  # noqa: SLF001 - Starlette's own cache, so that form() parses what was read with a limit
    return await request.form()


def field(form: FormData, name: str) -> str:
    """Return a text field, or an empty text."""
    value = form.get(name, "")
    return value.replace("\x00", "") if isinstance(value, str) else ""


def refused() -> Response:
    """Answer to a form without the right token."""
    return PlainTextResponse("This form is too old or not ours. Go back, reload the page and try again.", 403)


class Access:
    """Lets caseworkers who are signed in through to a view."""

    def __init__(self, accounts: Accounts) -> None:
        """Take the accounts that know the sessions."""
        self._accounts = accounts

    async def session(self, request: Request) -> Session | None:
        """Return the session of a request, if it has one."""
        # A page that renews itself is no person who is there.
        renewing = "part" in request.query_params or request.headers.get("accept") == "text/event-stream"
        return await self._accounts.session(token_of(request), used=not renewing)

    def signed_in(
        self, view: View, *, setting_up: bool = False, proof: str = "", roles: frozenset[Role] | None = None
    ) -> Endpoint:
        """Return an endpoint that shows a view to people who are signed in and the sign-in page to others.

        Args:
            view: What is shown.
            setting_up: Whether it is open to somebody who has to set up a second factor first.
            proof: Where to come back to after one proved anew who one is, which is asked if the last time was too long
                ago; empty: it is not asked.
            roles: One of these is needed; None: none.
        """

        async def endpoint(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                if wants_json(request) or request.headers.get("sec-fetch-mode") == "cors":
                    return JSONResponse({"error": "Sign in again."}, status_code=401)
                return RedirectResponse("/console/sign-in", status_code=303)
            request.state.session = session
            if session.must_set_up and not setting_up:
                return RedirectResponse(ME, status_code=303)
            if roles is not None and not session.viewer.may(roles):
                raise HTTPException(403)
            if proof and not self._accounts.sessions.proved(session):
                there = f"{PROVE}?next={quote(proof)}"
                if wants_json(request):
                    return JSONResponse({"error": "Prove again who you are.", "prove": there}, status_code=403)
                return RedirectResponse(there, status_code=303)
            return await view(request, session)

        return endpoint

    def allowed(self, view: View, roles: frozenset[Role], *, proof: str = "") -> Endpoint:
        """Return an endpoint that shows a view to people who have one of the roles, and 403 to others.

        Args:
            view: What is shown.
            roles: One of these is needed.
            proof: As for ``signed_in``.
        """
        return self.signed_in(view, proof=proof, roles=roles)

    def posted(
        self,
        view: Callable[[Request, Session, FormData], Awaitable[Response]],
        roles: frozenset[Role] | None = None,
        *,
        setting_up: bool = False,
        proof: str = "",
    ) -> Endpoint:
        """Return an endpoint for a form of somebody signed in, whose token must fit the session.

        Args:
            view: What takes the form.
            roles: One of these is needed; None: none.
            setting_up: As for ``signed_in``.
            proof: As for ``signed_in``.
        """

        async def checked(request: Request, session: Session) -> Response:
            form = await form_of(request)
            if form is None or not same(field(form, "csrf"), session.csrf):
                return refused()
            return await view(request, session, form)

        return self.signed_in(checked, setting_up=setting_up, proof=proof, roles=roles)
