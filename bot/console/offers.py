"""What a caseworker may send without writing it: phrases and flows, searched in their language, shown in both."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.console.access import field, wants_json
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core.escalation import Escalation
from bot.errors import NotAllowedError
from bot.people.sessions import Session
from bot.ports.desk import Field, Phrase

MAX_QUERY: Final = 100
VALUE: Final = "value."
"""What the name of a field begins with that fills a gap of a phrase."""


class Offer(msgspec.Struct, frozen=True):
    """A phrase or a flow, as a list shows it."""

    id: str
    shown: str
    """What the caseworker reads."""
    sent: str = ""
    """What the contact reads; gaps as ``{name}``."""
    group: str = ""
    group_title: str = ""
    review: str = ""
    fields: Sequence[Field] = ()


class Offers:
    """Phrases and flows for the case at hand."""

    def __init__(self, parts: Parts, pages: Pages) -> None:
        """Take what knows them."""
        self._parts = parts
        self._desk = parts.desk
        self._pages = pages

    async def phrases(self, request: Request, session: Session) -> Response:
        """Show the phrases that fit ``?q=``: as JSON for the script, else as a page with a form for each."""
        case = await self._desk.one(session.viewer, request.path_params["id"])
        if case is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        query, locale = _query(request), self._pages.locale(request)
        rows = self._parts.phrases.search(query, case.locale, locale, case.country, case.audience)
        found = [
            Offer(one.id, one.shown, one.sent, one.group, one.group_title, one.review, self._labelled(request, one))
            for one in rows
        ]
        return self._answer(request, session, case, "phrases", found)

    async def preview(self, request: Request, session: Session, form: FormData) -> Response:
        """Show a phrase with its gaps filled in, in both languages, before it is sent; for the script."""
        case = await self._desk.one(session.viewer, request.path_params["id"])
        if case is None:
            return JSONResponse({"error": "There is no such case."}, status_code=404)
        try:
            phrase = self.filled(request, case, {name: field(form, name) for name in form})
        except NotAllowedError as refusal:
            return JSONResponse({"error": self._pages.text(request, str(refusal))}, status_code=409)
        return JSONResponse({"shown": phrase.shown, "sent": phrase.sent})

    async def flows(self, request: Request, session: Session) -> Response:
        """Show the flows that may be sent, in the same two ways."""
        case = await self._desk.one(session.viewer, request.path_params["id"])
        if case is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        query = _query(request)
        flows = await self._desk.flows(session.viewer, case.id, self._pages.locale(request))
        found = [Offer(id_, title) for id_, title in flows if _fits(query, title)]
        return self._answer(request, session, case, "flows", found)

    def _answer(
        self, request: Request, session: Session, case: Escalation, kind: str, found: Sequence[Offer]
    ) -> Response:
        if wants_json(request):
            return JSONResponse({"found": msgspec.to_builtins(found)})
        return self._pages.show(
            request, "phrases.html", session=session, id=case.id, pseudonym=case.pseudonym, kind=kind, found=found,
            q=_query(request), key=secrets.token_urlsafe(16), contact_lang=case.locale.replace("_", "-"),
        )  # fmt: skip

    def _labelled(self, request: Request, phrase: Phrase) -> Sequence[Field]:
        return [msgspec.structs.replace(one, label=self._pages.text(request, one.label)) for one in phrase.fields]

    def filled(self, request: Request, case: Escalation, fields: Mapping[str, str]) -> Phrase:
        """Return a phrase as it is sent and as it is shown; what a form says of its words does not count.

        Raises:
            NotAllowedError: There is no such phrase in the contact's language, or a gap is empty or wrong.
        """
        values = {name.removeprefix(VALUE): text for name, text in fields.items() if name.startswith(VALUE)}
        locale = self._pages.locale(request)
        return self._parts.phrases.fill(
            fields.get("phrase", ""), values, case.locale, locale, case.country, case.audience
        )


def _query(request: Request) -> str:
    return request.query_params.get("q", "")[:MAX_QUERY]


def _fits(query: str, title: str) -> bool:
    return all(word in title.casefold() for word in query.casefold().split())
