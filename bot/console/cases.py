"""The queue and the page of one case, whole and in the pieces that are renewed while they are looked at."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import cast

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.console import colleagues
from bot.console.access import COOKIE, Access, field, wants_json
from bot.console.accounts import Session
from bot.console.pages import Pages, count_announced, count_waiting
from bot.console.parts import Parts
from bot.console.verbs import LEADS_TO_QUEUE, SNOOZE_HOURS, VERBS
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from bot.ports.desk import Action, Case

FASTER = "Somebody was faster. Look at the case as it is now."
AWAY = "The store cannot be reached. Nothing was changed; try again in a moment."


class Cases:
    """The pages a caseworker works on."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the pages stand on."""
        self._parts = parts
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        guard = self._access.signed_in
        return [
            Route("/console/queue", guard(self.queue), methods=["GET"]),
            Route("/console/events", guard(self.events), methods=["GET"]),
            Route("/console/cases/{id:str}", guard(self.case), methods=["GET"]),
            Route("/console/cases/{id:str}/{verb:str}", self._access.posted(self.act), methods=["POST"]),
        ]

    async def queue(self, request: Request, session: Session) -> Response:
        """Show the queue, or with ``?part=1`` its rows alone."""
        rows = list(await self._parts.escalations.queue(session.name))
        template = "_rows.html" if "part" in request.query_params else "queue.html"
        return self._pages.show(
            request, template, rows=rows, session=session, waiting=count_waiting(rows), announced=count_announced(rows)
        )

    async def case(self, request: Request, session: Session) -> Response:
        """Show a case, or with ``?part=1`` what changes of it."""
        case = await self._parts.escalations.get(request.path_params["id"], session.name)
        return await self._show(request, session, case)

    async def _show(
        self, request: Request, session: Session, case: Case | None, *, error: str = "", draft: str = ""
    ) -> Response:
        if case is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        names = await colleagues.active(self._parts.accounts)
        return self._pages.show(
            request,
            "_case.html" if "part" in request.query_params else "case.html",
            status=409 if error else 200,
            case=case,
            row=case.row,
            session=session,
            error=error,
            draft=draft,
            key=secrets.token_urlsafe(16),
            hours=SNOOZE_HOURS,
            levels=[level for level in ("T1", "T2", "T3") if level > case.row.level],
            colleagues=[name for name in names if name != session.name],
            left_behind=colleagues.left_behind(case, names),
            phrases=self._parts.phrases.for_contact(case.row.locale, self._pages.locale(request)),
        )

    async def act(self, request: Request, session: Session, form: FormData) -> Response:
        """Do one verb with a case."""
        id_, name = request.path_params["id"], request.path_params["verb"]
        verb = VERBS.get(cast("Action", name))
        case = await self._parts.escalations.get(id_, session.name) if verb else None
        if verb is None or case is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        error, fields = "", {key: field(form, key) for key in form}
        try:
            await colleagues.check(self._parts.accounts, self._parts.escalations, case, name, fields)
            await verb(self._parts.escalations, id_, session.name, fields)
        except NotAllowedError as refusal:
            error = str(refusal)
        except ConflictError:
            error = FASTER
        except UnavailableError:
            error = AWAY
        if wants_json(request):
            body = {"error": error} if error else {"key": secrets.token_urlsafe(16)}
            return JSONResponse(body, status_code=409 if error else 200)
        if error:
            case = await self._parts.escalations.get(id_, session.name)
            return await self._show(request, session, case, error=error, draft=field(form, "text"))
        target = "/console/queue" if name in LEADS_TO_QUEUE else f"/console/cases/{id_}"
        return RedirectResponse(target, status_code=303)

    async def events(self, request: Request, session: Session) -> Response:
        """Tell the page that something changed: in the queue, or with ``?case=`` in that case.

        The event says nothing more, so that nobody learns of a case that is closed to them.
        """
        watched = request.query_params.get("case", "")
        token = request.cookies.get(COOKIE, "")
        if watched and await self._parts.escalations.get(watched, session.name) is None:
            return JSONResponse({"error": "There is no such case."}, status_code=404)

        async def stream() -> AsyncIterator[ServerSentEvent]:
            yield ServerSentEvent(event="ready", data="", retry=2000)
            try:
                async for id_ in self._parts.escalations.changes():
                    if watched and id_ != watched:
                        continue
                    if await self._parts.accounts.session(token) is None:
                        return
                    yield ServerSentEvent(event="change", data="")
            except UnavailableError:
                return  # the page connects again

        return EventSourceResponse(stream(), ping=15, headers={"cache-control": "no-store"})
