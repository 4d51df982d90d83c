"""The queue: who waits, for whom, how long still; narrowed by what somebody works on, renewed row by row.

A row is rendered once for all who see it alike. The script says which version it has (``If-None-Match``) and is sent
the rows that changed since; an unchanged queue costs a 304.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import Access, secure
from bot.console.pages import Pages, country_name, language_name
from bot.console.parts import Parts
from bot.console.queue_choice import Selection, Shares, counts, select
from bot.console.queue_rows import SLOT, Piece, Rows, time_of
from bot.core.people import LISTS, WRITES
from bot.core.understood import Level
from bot.desk.filters import FIELDS, Filter
from bot.people.sessions import Session

REMEMBERED: Final = "ucare_queue"
"""Cookie: the filter that was chosen last."""
PATH: Final = "/console/queue"
OWNERS: Final = {"me": "Mine", "mentions": "Mentions you", "nobody": "Nobody’s"}  # noqa: RUF001 - an apostrophe, as it is set
LEVELS: Final[tuple[Level, ...]] = ("T0", "T1", "T2", "T3")
MAX_VERSIONS: Final = 400
"""Versions of somebody's queue that are kept, to say what changed since."""
DUTY_S: Final = 15.0
"""How long it is believed who is on duty, in seconds."""


class Seen(msgspec.Struct, frozen=True):
    """What somebody sees at a moment."""

    chosen: Selection
    pieces: Mapping[str, Piece]
    told: Mapping[str, object]
    """What the script is told beside the rows themselves."""
    tag: str
    locale: str
    now: int


def first_large(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


class Queue:
    """The page of the queue."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._parts = parts
        self._pages = pages
        self._access = access
        self._rows = Rows(pages)
        self._versions: dict[str, dict[str, str]] = {}
        self._around: tuple[float, list[str], dict[str, str]] = (0.0, [], {})

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._access.signed_in(self.show), methods=["GET"]),
            Route("/console/now", self._access.signed_in(self.now), methods=["GET"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Show the queue, or with ``?part=1`` what changed of it, as JSON."""
        if not session.viewer.may(LISTS):
            return self._pages.show(request, "forbidden.html", status=403, session=session)
        query = request.query_params
        kept = Filter.of(dict(_pairs(request.cookies.get(REMEMBERED, "")))).query()
        if not query and kept:
            return RedirectResponse(f"{PATH}?{urlencode(kept)}", status_code=303)
        wanted = Filter.of(query)
        response = await (self._part if "part" in query else self._page)(request, session, wanted)
        self._remember(request, response, wanted, kept)
        return response

    def _remember(self, request: Request, response: Response, wanted: Filter, kept: Mapping[str, str]) -> None:
        asked = wanted.query()
        if asked == kept:
            return
        if asked:
            response.set_cookie(
                REMEMBERED, urlencode(asked), path=PATH, samesite="strict", max_age=30 * 24 * 3600,
                secure=secure(request, self._parts.public_url),
            )  # fmt: skip
        else:
            response.delete_cookie(REMEMBERED, path=PATH)

    async def _page(self, request: Request, session: Session, wanted: Filter) -> Response:
        seen = await self._see(request, session, wanted)
        groups: dict[str, list[Markup]] = {level: [] for level in LEVELS}
        for row in seen.chosen.rows:
            html = seen.pieces[row.id].html.replace(SLOT, time_of(row, seen.now, seen.locale))
            groups[row.level].append(Markup(html))  # noqa: S704 - rendered by our own template, escaped there
        return self._pages.show(
            request, "queue.html", session=session, wanted=wanted, levels=LEVELS, groups=groups,
            link=lambda **given: _link(wanted, given), tag=seen.tag, now=seen.now, told=seen.told,
        )  # fmt: skip

    async def _part(self, request: Request, session: Session, wanted: Filter) -> Response:
        has = request.headers.get("if-none-match", "").strip('"')
        before = self._versions.get(has, {})
        seen = await self._see(request, session, wanted)
        headers = {"etag": f'"{seen.tag}"'}
        if has == seen.tag:
            return Response(status_code=304, headers=headers)
        rows = {
            id_: piece.html.replace(SLOT, "") for id_, piece in seen.pieces.items() if before.get(id_) != piece.mark
        }
        body = msgspec.json.encode({**seen.told, "rows": rows, "now": seen.now})
        return Response(body, media_type="application/json", headers=headers)

    async def _see(self, request: Request, session: Session, wanted: Filter) -> Seen:
        """Put together what somebody sees now, and remember the version."""
        name, locale = session.name, self._pages.locale(request)
        duty, teams = await self._there()
        everything = await self._parts.desk.queue(session.viewer)
        now = self._parts.accounts.now()
        chosen = select(everything, wanted, name)
        writes = session.viewer.may(WRITES)
        pieces = {
            row.id: self._rows.piece(row, name, locale, writes=writes, team=teams.get(row.team, row.team))
            for row in chosen.rows
        }
        shown = counts(chosen.rows, now)
        told: dict[str, object] = {
            "filter": wanted.query(),
            "order": [(row.id, row.level, pieces[row.id].mark) for row in chosen.rows],
            "levels": Counter(row.level for row in chosen.rows),
            "total": len(everything),
            "left_out": chosen.left_out,
            "waiting": shown["waiting"],
            "late": shown["late"],
            "standing": counts(everything, now),
            "shares": {field: chosen.shares[field] for field in ("owner", "level")},
            "options": self._options(chosen.shares, wanted, name, locale, teams),
            "duty": duty,
        }
        tag = hashlib.blake2b(msgspec.json.encode(told), digest_size=10).hexdigest()
        self._versions.pop(tag, None)
        if len(self._versions) >= MAX_VERSIONS:
            self._versions.pop(next(iter(self._versions)))
        self._versions[tag] = {id_: piece.mark for id_, piece in pieces.items()}
        return Seen(chosen, pieces, told, tag, locale, now)

    async def now(self, request: Request, session: Session) -> Response:
        """Tell any page how many wait, and whether somebody's life is in danger."""
        rows = await self._parts.desk.queue(session.viewer)
        body = msgspec.json.encode(counts(rows, self._parts.accounts.now()))
        tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        same = request.headers.get("if-none-match") == tag
        return Response(b"" if same else body, 304 if same else 200, {"etag": tag}, "application/json")

    def _options(
        self, shares: Shares, wanted: Filter, name: str, locale: str, teams: Mapping[str, str]
    ) -> dict[str, list[tuple[str, str, int]]]:
        """Return what each filter offers: value, word, how many cases; also what is chosen and has none now."""
        names: dict[str, Callable[[str], str]] = {
            "team": lambda code: teams.get(code, code),
            "country": lambda code: country_name(code, locale),
            "language": lambda code: language_name(code, locale),
            "topic": lambda code: first_large(self._pages.said(locale, code.replace("_", " "))),
            "owner": lambda code: self._pages.said(locale, OWNERS.get(code, code)),
        }
        found = {}
        for field in FIELDS:
            share = Counter(shares[field])
            share.pop("", None)
            if chosen := getattr(wanted, field):
                share[chosen if field != "owner" or chosen != name else "me"] += 0
            said = names.get(field, str)
            pairs = [(value, said(value), number) for value, number in share.items() if value]
            found[field] = sorted(pairs, key=lambda one: one[1].casefold())
        return found

    async def _there(self) -> tuple[list[str], dict[str, str]]:
        """Return who is on duty and may take cases, and the names of the teams by id; read once in ``DUTY_S``."""
        until, duty, teams = self._around
        if time.monotonic() >= until:
            accounts = self._parts.accounts
            there = await accounts.on_duty()
            duty = sorted(one.name for one in await accounts.viewers() if one.name in there and one.may(WRITES))
            book = await self._parts.teams.book() if self._parts.teams else None
            teams = {team.id: team.name for team in book.teams} if book else {}
            self._around = (time.monotonic() + DUTY_S, duty, teams)
        return duty, teams


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query[:1000])


def _link(wanted: Filter, given: Mapping[str, str]) -> str:
    """Return the address of the queue with some fields of the filter changed."""
    fields = {**wanted.query(), **given}
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"{PATH}?{query or 'all=1'}"
