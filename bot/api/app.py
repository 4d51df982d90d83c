"""The API's routes. Every one asks for a token; what it may do and see, the desk decides as for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from bot.api.bounded import Bounded
from bot.api.hooks import Hooks
from bot.api.models import CaseList, CaseRow, Changed, Hook, MadeHook, NewHook, NewNote, Problem, Resolution, WholeCase
from bot.api.tokens import May, Token, Tokens
from bot.asgi import Guard, RateLimit, SecurityHeaders
from bot.core.acts import close, speak
from bot.core.understood import Level
from bot.desk.desk import Desk
from bot.desk.filters import Filter
from bot.desk.show import row as row_of
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from bot.ports.basics import Clock

PER_SECOND: Final = 5.0
BURST: Final = 50
"""Calls of one token: so many at once, and then so many a second."""
ID: Final = r"^[A-Za-z0-9_-]{1,80}$"
NO_CASE: Final = "There is no such case, or this token may not see it."
BEARER: Final = HTTPBearer(auto_error=False, description="A token made by an administrator in the console.")

Case = Annotated[str, Path(pattern=ID)]


@dataclass(frozen=True)
class Parts:
    """What the API stands on."""

    desk: Desk
    tokens: Tokens
    hooks: Hooks
    clock: Clock


def problem(status: int, detail: str, **headers: str) -> JSONResponse:
    """Return an answer that says why something was not done (RFC 9457)."""
    titles = {401: "No valid token", 403: "Not allowed", 404: "Not found", 409: "Conflict", 429: "Too many calls"}
    body = {"title": titles.get(status, "Not done"), "status": status, "detail": detail}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def _answers(*codes: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {
        code: {"description": "Why it was not done.", "content": content}
        for code in (401, 403, 413, 422, 429, 503, *codes)
    }


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """An answer that is given before the route runs."""

    def __init__(self, answer: Response) -> None:
        """Take the answer."""
        super().__init__()
        self.answer = answer


def _allows(parts: Parts, limit: RateLimit, wanted: May) -> Callable[..., Awaitable[Token]]:
    async def token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> Token:
        found = await parts.tokens.find(given.credentials) if given else None
        if found is None:
            raise Refused(
                problem(401, "Send Authorization: Bearer with a valid token.", **{"www-authenticate": "Bearer"})
            )
        wait = limit.wait(found.name)
        if wait:
            raise Refused(problem(429, "Wait, then try again.", **{"retry-after": str(int(wait) + 1)}))
        if wanted not in found.may:
            raise Refused(problem(403, f"This token may not {wanted}."))
        return found

    return token


def api_app(parts: Parts) -> FastAPI:
    """Return the app, to be served below ``/api/v1``."""
    limit = RateLimit(PER_SECOND, BURST)
    app = FastAPI(
        title="ucare", version="1", summary="Escalations of children and foster carers, for case-management systems.",
        docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        middleware=[Middleware(SecurityHeaders), Middleware(Guard), Middleware(Bounded)],
    )  # fmt: skip
    _refusals(app)
    _cases(app, parts, limit)
    _hooks(app, parts, limit)
    return app


def _refusals(app: FastAPI) -> None:
    async def refused(_request: Request, error: Exception) -> Response:
        return error.answer if isinstance(error, Refused) else problem(500, "Something went wrong here.")

    async def invalid(_request: Request, error: Exception) -> Response:
        lines = error.errors() if isinstance(error, RequestValidationError) else []
        return problem(422, "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in lines)[:500])

    async def other(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 400:  # noqa: PLR2004 - what FastAPI says to a body that is no text at all
            return problem(422, "body: Send JSON in UTF-8.")
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return problem(status, "There is nothing at this address, or not by this method.", **headers)

    async def not_allowed(_request: Request, error: Exception) -> Response:
        return problem(409, str(error))

    async def away(_request: Request, _error: Exception) -> Response:
        return problem(503, "The store cannot be reached. Nothing was changed; try again in a moment.")

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, other)
    app.add_exception_handler(NotAllowedError, not_allowed)
    app.add_exception_handler(ConflictError, not_allowed)
    app.add_exception_handler(UnavailableError, away)


def _cases(app: FastAPI, parts: Parts, limit: RateLimit) -> None:
    lists, reads = Depends(_allows(parts, limit, "list")), Depends(_allows(parts, limit, "read"))
    notes, resolves = Depends(_allows(parts, limit, "note")), Depends(_allows(parts, limit, "resolve"))

    @app.get("/api/v1/cases", responses=_answers(), operation_id="listCases", tags=["cases"])
    async def list_cases(  # noqa: PLR0913 - each is a parameter of the query
        token: Token = lists,
        *,
        state: Literal["open", "closed", "all"] = "open",
        level: Level | None = None,
        country: Annotated[str, Query(max_length=2)] = "",
        topic: Annotated[str, Query(max_length=64)] = "",
        team: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    ) -> CaseList:
        """Return cases that the token may see, ranked by level, then due time; no text is among them."""
        wanted = Filter(country=country, topic=topic, level=level or "", team=team)
        found = await parts.desk.everything(token.viewer, wanted)
        kept = [one for one in found if state == "all" or (one.state == "resolved") == (state == "closed")]
        page = kept[offset : offset + limit]
        now = parts.clock.now()
        return CaseList(cases=[CaseRow.of(row_of(one, now)) for one in page], total=len(kept))

    @app.get("/api/v1/cases/{id}", responses=_answers(404), operation_id="readCase", tags=["cases"])
    async def read_case(id: Case, token: Token = reads) -> WholeCase:  # noqa: A002 - the path's name
        """Return a case with what was said in it. Each reading is written down in the audit."""
        case = await parts.desk.case(token.viewer, id)
        if case is None:
            raise Refused(problem(404, NO_CASE))
        return WholeCase.of(case)

    @app.post("/api/v1/cases/{id}/notes", responses=_answers(404, 409), operation_id="noteCase", tags=["cases"])
    async def note_case(id: Case, note: NewNote, token: Token = notes) -> Changed:  # noqa: A002
        """Write a note beside a case. No contact ever sees it."""
        return await _acted(parts, token, id, speak.Note(note.text), key=note.key)

    @app.post("/api/v1/cases/{id}/resolve", responses=_answers(404, 409), operation_id="resolveCase", tags=["cases"])
    async def resolve_case(id: Case, how: Resolution, token: Token = resolves) -> Changed:  # noqa: A002
        """Close a case that nobody works on. A T0 or T1 case waits for a person at the desk to confirm it."""
        return await _acted(parts, token, id, close.Resolve(how.outcome, how.reason))


async def _acted(parts: Parts, token: Token, id_: str, act: speak.Note | close.Resolve, *, key: str = "") -> Changed:
    if await parts.desk.one(token.viewer, id_) is None:
        raise Refused(problem(404, NO_CASE))
    done = await parts.desk.act(token.viewer, id_, act, key=key)
    waits = isinstance(act, close.Resolve) and done.escalation.state != "resolved"
    return Changed(state=done.escalation.state, revision=done.escalation.revision, waits_for_second_person=waits)


def _hooks(app: FastAPI, parts: Parts, limit: RateLimit) -> None:
    allowed = Depends(_allows(parts, limit, "hooks"))

    @app.get("/api/v1/webhooks", responses=_answers(), operation_id="listWebhooks", tags=["webhooks"])
    async def list_hooks(token: Token = allowed) -> list[Hook]:
        """Return where this token's system is told of changes."""
        own = [one for one in await parts.hooks.all() if one.token.name == token.name]
        return [Hook(id=one.id, url=one.url, failed_at=(await parts.hooks.told(one)).failed_at) for one in own]

    @app.post(
        "/api/v1/webhooks", responses=_answers(409), status_code=201, operation_id="addWebhook", tags=["webhooks"]
    )
    async def add_hook(wanted: NewHook, token: Token = allowed) -> MadeHook:
        """Be told of every change of a case that this token may see: a signed POST without content."""
        made = await parts.hooks.add(wanted.url, token)
        return MadeHook(id=made.id, url=made.url, failed_at=0, secret=made.secret)

    @app.delete(
        "/api/v1/webhooks/{id}", responses=_answers(404), status_code=204, operation_id="removeWebhook",
        tags=["webhooks"],
    )  # fmt: skip
    async def remove_hook(id: Case, token: Token = allowed) -> Response:  # noqa: A002
        """Be told no more."""
        if not await parts.hooks.remove(id, token):
            raise Refused(problem(404, "There is no such webhook."))
        return Response(status_code=204)
