"""The page of one case, whole and in the pieces that are renewed while it is looked at, and what is done with it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import Access, field, token_of, wants_json
from bot.console.casepage import CasePage, Trouble, speaks
from bot.console.offers import Offers
from bot.console.pacing import paced
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.reading import Reading, merged
from bot.console.verbs import KEYED, LEADS_TO_QUEUE, VERBS
from bot.core.escalation import Escalation
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from bot.people.sessions import Session
from bot.ports.desk import Acted

FASTER = "Somebody was faster. Look at the case as it is now."
TAKEN = "{name} was faster and has this case now. You can read along, and write notes."
AWAY = "The store cannot be reached. Nothing was changed; try again in a moment."
LANGUAGE = "You have not listed {language} among your languages. Be sure that the contact can read what you wrote."
NO_TIME = "Choose a day and an hour."


class KeptBackError(NotAllowedError):
    """A text that waits until the caseworker has read a warning."""


class Cases:
    """The pages a caseworker works on."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the pages stand on."""
        self._parts = parts
        self._desk = parts.desk
        self._pages = pages
        self._access = access
        self._reading = Reading()
        self._page = CasePage(parts, pages, self._reading)
        self._offers = Offers(parts, pages)

    def routes(self) -> list[Route]:
        """Return the routes."""
        guard, posted = self._access.signed_in, self._access.posted
        case = "/console/cases/{id:str}"
        return [
            Route("/console/events", guard(self.events), methods=["GET"]),
            Route(case, guard(self._page.show), methods=["GET"]),
            Route(case + "/phrases", guard(self._offers.phrases), methods=["GET"]),
            Route(case + "/phrases", posted(self._offers.preview), methods=["POST"]),
            Route(case + "/flows", guard(self._offers.flows), methods=["GET"]),
            Route(case + "/export", guard(self.fetch), methods=["GET"]),
            Route(case + "/reveal", posted(self.reveal), methods=["POST"]),
            Route(case + "/{verb:str}", posted(self.act), methods=["POST"]),
        ]

    async def act(self, request: Request, session: Session, form: FormData) -> Response:
        """Do one verb with a case."""
        id_, name = request.path_params["id"], request.path_params["verb"]
        verb = VERBS.get(name)
        if verb is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        fields, warn, done = {key: field(form, key) for key in form}, "", None
        key = fields.get("key", "")[:64] if name in KEYED else ""
        try:
            await self._prepare(request, session, name, fields)
            done = await self._desk.act(session.viewer, id_, verb(fields), key=key)
            error = ""
        except KeptBackError as refusal:
            error, warn = str(refusal), "language"
        except NotAllowedError as refusal:
            error = await self._kindly(request, session, name, str(refusal))
        except ConflictError:
            error = await self._kindly(request, session, name, FASTER)
        except UnavailableError:
            error = AWAY
        if wants_json(request):
            return self._told(request, session, name, error, warn, done)
        if error:
            return await self._page.show(request, session, Trouble(error, name, fields, warn))
        return RedirectResponse(_next(name, session, done) or f"/console/cases/{id_}", status_code=303)

    def _told(
        self, request: Request, session: Session, name: str, error: str, warn: str, done: Acted | None
    ) -> Response:
        if error or done is None:
            said = self._pages.text(request, error)
            status = 503 if error == AWAY else 409
            return JSONResponse({"error": said, "warn": warn}, status_code=status)
        body = {"key": secrets.token_urlsafe(16), "once": done.once, "to": _next(name, session, done)}
        return JSONResponse(body)

    async def _prepare(self, request: Request, session: Session, name: str, fields: dict[str, str]) -> None:
        """Complete the fields of a form, and keep back what must be thought about once more.

        Raises:
            NotAllowedError: A summary or a time is missing, or the phrase does not exist.
            KeptBackError: The contact may not understand what was written.
        """
        case = await self._desk.one(session.viewer, request.path_params["id"])
        if case is None:
            return  # the desk has the word
        if name == "follow_up" and (when := fields.get("when", "").strip()) and not when.isdecimal():
            times = self._page.times(request, case.country, self._parts.accounts.now())
            try:
                fields["when"] = str(times.read(when))
            except ValueError:
                raise NotAllowedError(NO_TIME) from None
        elif name == "reply":
            self._reply(request, session, case, fields)

    def _reply(self, request: Request, session: Session, case: Escalation, fields: dict[str, str]) -> None:
        if fields.get("phrase"):
            phrase = self._offers.filled(request, case, fields)
            fields["text"], fields["original"] = phrase.sent, phrase.shown if phrase.shown != phrase.sent else ""
            return
        locale = self._pages.locale(request)
        sure = bool(fields.get("sure") or fields.get("original"))
        if fields.get("text", "").strip() and not sure and not speaks(session.viewer, case.locale, locale):
            said = self._pages.text(request, LANGUAGE)
            raise KeptBackError(said.format(language=self._pages.language(request, case.locale)))

    async def _kindly(self, request: Request, session: Session, name: str, error: str) -> str:
        """Return the error; where two took a case at once, with the name of the other."""
        if name != "claim":
            return error
        case = await self._desk.one(session.viewer, request.path_params["id"])
        owner = case.assignee if case else ""
        if owner == session.name:
            return FASTER  # clicked twice: the page shows that it is theirs
        return self._pages.text(request, TAKEN).format(name=owner) if owner else error

    async def reveal(self, request: Request, session: Session, form: FormData) -> Response:
        """Show how the contact is reached, once, at T0; why, is written down before."""
        id_ = request.path_params["id"]
        try:
            address = await self._desk.reveal(session.viewer, id_, field(form, "reason"))
        except (NotAllowedError, ConflictError) as refusal:
            error = str(refusal) or FASTER
            return await self._page.show(request, session, Trouble(error, "reveal", {"reason": field(form, "reason")}))
        return self._pages.show(request, "reveal.html", session=session, id=id_, address=address)

    async def fetch(self, request: Request, session: Session) -> Response:
        """Return a case as a file, where its export was confirmed."""
        id_ = request.path_params["id"]
        try:
            body = await self._desk.export(session.viewer, id_, self._pages.locale(request))
        except NotAllowedError as refusal:
            return await self._page.show(request, session, Trouble(str(refusal), "export"))
        named = {"content-disposition": 'attachment; filename="case.json"'}
        return Response(body, media_type="application/json", headers=named)

    async def events(self, request: Request, session: Session) -> Response:
        """Tell the page that something changed: in the queue, or with ``?case=`` in that case.

        The event says nothing more, so that nobody learns of a case that is closed to them.
        """
        watched = request.query_params.get("case", "")
        if watched and await self._desk.one(session.viewer, watched) is None:
            return JSONResponse({"error": "There is no such case."}, status_code=404)
        token = token_of(request)

        async def stream() -> AsyncGenerator[ServerSentEvent, None]:
            yield ServerSentEvent(event="ready", data="", retry=2000)
            try:
                async with aclosing(paced(self._changes(watched, session.name))) as found:
                    async for _ in found:
                        if await self._parts.accounts.session(token, used=False) is None:
                            return
                        yield ServerSentEvent(event="change", data="")
            except UnavailableError:
                return  # the page connects again

        return EventSourceResponse(stream(), ping=15, headers={"cache-control": "no-store"})

    async def _changes(self, watched: str, name: str) -> AsyncGenerator[str, None]:
        """Yield the id of each case that changes; where one is watched, also when a colleague opens or leaves it."""
        if not watched:
            async for id_ in self._desk.changes():
                yield id_
            return
        with self._reading.here(watched, name) as told:
            async with aclosing(merged(self._desk.changes(), told)) as both:
                async for id_ in both:
                    if id_ == watched:
                        yield id_


def _next(name: str, session: Session, done: Acted | None) -> str:
    """Return where a caseworker goes after an act: to the queue where the case is not theirs any more."""
    if done is None or name not in LEADS_TO_QUEUE:
        return ""
    case = done.escalation
    return "" if case.state != "resolved" and case.assignee == session.name else "/console/queue"
