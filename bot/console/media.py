"""A picture or voice message of a contact, shown only on purpose; each look is written down before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console.access import Access
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.desk.show import media
from bot.errors import NotAllowedError, SendError
from bot.media.pictures import CANNOT, Clean, picture
from bot.media.voices import voice
from bot.people.sessions import Session
from bot.ports.audit import Audit
from bot.ports.channels import MediaSource
from bot.ports.partitions import Line

PICTURES: Final = frozenset({"picture", "sticker"})
GONE: Final = "The service does not have it any more, or cannot be reached now."
HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
}


class Media:
    """Fetches, cleans and shows what a contact sent beside text."""

    def __init__(
        self, parts: Parts, sources: Mapping[str, MediaSource], audit: Audit, pages: Pages, access: Access
    ) -> None:
        """Take the channels that have such a thing."""
        self._desk = parts.desk
        self._sources = sources
        self._audit = audit
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/console/cases/{id:str}/media/{n:int}", self._access.signed_in(self.clear), methods=["GET"]),
            Route(
                "/console/cases/{id:str}/media/{n:int}/blurred", self._access.signed_in(self.blurred), methods=["GET"]
            ),
        ]

    async def clear(self, request: Request, session: Session) -> Response:
        """Show it."""
        return await self._show(request, session, blurred=False)

    async def blurred(self, request: Request, session: Session) -> Response:
        """Show it small and blurred."""
        return await self._show(request, session, blurred=True)

    async def _show(self, request: Request, session: Session, *, blurred: bool) -> Response:
        id_, number = request.path_params["id"], request.path_params["n"]
        kept = await self._desk.raw(session.viewer, id_)
        lines = media(kept.lines) if kept else []
        source = self._sources.get(kept.escalation.channel) if kept else None
        if source is None or not 0 <= number < len(lines):
            return PlainTextResponse(self._pages.text(request, GONE), 404)
        line = lines[number]
        await self._audit.note(session.name, "view_medium", id_, f"{line.kind}{' blurred' if blurred else ''}")
        try:
            clean = await self._cleaned(source, line, blurred=blurred)
        except NotAllowedError as refusal:
            return PlainTextResponse(self._pages.text(request, str(refusal)), 415)
        except SendError:
            return PlainTextResponse(self._pages.text(request, GONE), 502)
        name = f"medium.{clean.type.rpartition('/')[2]}"
        return Response(
            clean.data, media_type=clean.type, headers={**HEADERS, "content-disposition": f'inline; filename="{name}"'}
        )

    async def _cleaned(self, source: MediaSource, line: Line, *, blurred: bool) -> Clean:
        if line.medium is None or line.kind not in {*PICTURES, "voice"} or (blurred and line.kind == "voice"):
            raise NotAllowedError(CANNOT)
        data = await source.fetch(line.medium)
        if line.kind == "voice":
            return await asyncio.to_thread(voice, data)
        return await asyncio.to_thread(picture, data, blurred=blurred)
