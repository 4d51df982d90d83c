"""A picture or voice message of a contact, shown only on purpose; each look is written down before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console.access import Access
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.desk.show import media
from bot.errors import NotAllowedError, SendError
from bot.media.held import Held, part
from bot.media.pictures import CANNOT, Clean, picture
from bot.media.voices import voice
from bot.people.sessions import Session
from bot.ports.audit import Audit
from bot.ports.channels import MediaSource
from bot.ports.partitions import Line

log = structlog.get_logger("ucare.console")

PICTURES: Final = frozenset({"picture", "sticker"})
GONE: Final = "The service does not have it any more, or cannot be reached now."
AT_ONCE: Final = 3
"""Media that are fetched and cleaned at the same time: a picture may take some hundred megabytes for a moment."""
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
        self._held = Held()
        self._slots = asyncio.Semaphore(AT_ONCE)

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
        look = (session.name, id_, line.medium)
        held = self._held.get(look)  # the same look: a player that asks for the next piece
        if held is not None and line.kind == "voice" and not blurred:
            return _answer(request, held)
        await self._audit.note(session.name, "view_medium", id_, f"{line.kind}{' blurred' if blurred else ''}")
        try:
            clean = await self._cleaned(source, line, blurred=blurred)
        except NotAllowedError as refusal:
            return PlainTextResponse(self._pages.text(request, str(refusal)), 415)
        except SendError:
            return PlainTextResponse(self._pages.text(request, GONE), 502)
        if line.kind == "voice":
            self._held.put(look, clean)
        answer = _answer(request, clean)
        if not blurred:  # once it has left: nobody waits for the service, and nothing is gone unseen
            answer.background = BackgroundTask(self._looked_at, source, line)
        return answer

    async def _looked_at(self, source: MediaSource, line: Line) -> None:
        try:
            if line.medium is not None:
                await source.looked_at(line.medium)
        except SendError as error:
            log.warning("medium_not_deleted", code=error.code)

    async def _cleaned(self, source: MediaSource, line: Line, *, blurred: bool) -> Clean:
        if line.medium is None or line.kind not in {*PICTURES, "voice"} or (blurred and line.kind == "voice"):
            raise NotAllowedError(CANNOT)
        async with self._slots:
            data = await source.fetch(line.medium)
            if line.kind == "voice":
                return await asyncio.to_thread(voice, data)
            return await asyncio.to_thread(picture, data, blurred=blurred)


def _answer(request: Request, clean: Clean) -> Response:
    name = f"medium.{clean.type.rpartition('/')[2]}"
    headers = {**HEADERS, "content-disposition": f'inline; filename="{name}"', "accept-ranges": "bytes"}
    length = len(clean.data)
    asked = part(request.headers.get("range", ""), length)
    if asked is None:
        return Response(clean.data, media_type=clean.type, headers=headers)
    begin, end = asked
    headers["content-range"] = f"bytes {begin}-{end - 1}/{length}"
    return Response(clean.data[begin:end], 206, media_type=clean.type, headers=headers)
