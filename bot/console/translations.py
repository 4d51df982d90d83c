"""A machine's translation, where a caseworker asks for it: of what the contact wrote, or of their own draft.

That somebody asked is written down before any text goes to the translation service. The page shows the original
beside what comes back, and a reply that was translated says so to the contact.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.console.access import Access, field
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core import cleaning
from bot.core.people import READS
from bot.errors import NotAllowedError, UnavailableError
from bot.people.sessions import Session
from bot.ports.audit import Audit
from bot.ports.desk import File
from bot.ports.translation import Translator

NO_CASE: Final = "There is no such case, or it is not open to this caseworker."
NO_LANGUAGE: Final = "It is not known which language the contact reads."
NOTHING: Final = "There is nothing to translate."
AWAY: Final = "The translation service cannot be reached now. Try again in a moment."
TO_CONTACT: Final = "contact"


class Translations:
    """Translates single texts of a case, for who may read it."""

    def __init__(self, parts: Parts, translator: Translator, audit: Audit, pages: Pages, access: Access) -> None:
        """Take the translation service."""
        self._desk = parts.desk
        self._translator = translator
        self._audit = audit
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        posted = self._access.posted(self.translate, READS)
        return [Route("/console/cases/{id:str}/translate", posted, methods=["POST"])]

    async def translate(self, request: Request, session: Session, form: FormData) -> Response:
        """Return a text in the contact's language (``to`` is ``contact``) or in the caseworker's (``me``), as JSON."""
        id_ = request.path_params["id"]
        kept = await self._desk.raw(session.viewer, id_)
        if kept is None:
            return self._refused(request, NO_CASE, 404)
        text, spoken, own = cleaning.clean(field(form, "text")), kept.escalation.locale, self._pages.locale(request)
        if field(form, "to") == TO_CONTACT:
            source, target = own, spoken
        else:
            source, target = _written_in(kept, text) or spoken, own
        if not text or not source or not target:
            return self._refused(request, NO_LANGUAGE if text else NOTHING, 409)
        await self._audit.note(session.name, "translate", id_, f"{source} to {target}")
        try:
            translated = await self._translator.translate(text, source, target)
        except NotAllowedError as refusal:
            return self._refused(request, str(refusal), 409)
        except UnavailableError:
            return self._refused(request, AWAY, 503)
        return JSONResponse({"text": translated, "machine": True, "source": source, "target": target})

    def _refused(self, request: Request, why: str, status: int) -> Response:
        return JSONResponse({"error": self._pages.text(request, why)}, status_code=status)


def _written_in(kept: File, text: str) -> str:
    """Return the language in which the contact wrote a text, as far as the case's log has it."""
    found = (
        line.locale for line in reversed(kept.lines) if line.who == "contact" and cleaning.clean(line.text) == text
    )
    return next(found, "")
