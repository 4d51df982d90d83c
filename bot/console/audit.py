"""The audit's page: who read or did what, whether the chain is whole, and the way to a file. For auditors and leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.console.access import Access, field
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.times import ZONE_COOKIE, Times
from bot.core.acts import ACTS
from bot.core.people import Role
from bot.desk.shared import Shared
from bot.people.sessions import Session
from bot.ports.audit import Audit, Verdict

ROLES: Final[frozenset[Role]] = frozenset({"auditor", "lead"})
PATH: Final = "/console/audit"
PAGE: Final = 100
READ_MS: Final = 600_000
"""Who looks through the audit reads it once in this time, as the audit has it; milliseconds."""
MAX_FIELD: Final = 128
VERBS: Final = tuple(
    sorted(
        {str(act.__struct_config__.tag) for act in ACTS}
        | {"export_audit", "fetch_export", "read", "read_audit", "sign_in", "sign_out", "verify_audit"}
        | {"translate", "view_medium"}
    )
)
"""What is offered in the search; anything else may be typed."""


View = Callable[..., Awaitable[Response]]


class Search(msgspec.Struct, frozen=True):
    """What is looked for, as the form has it."""

    by: str = ""
    verb: str = ""
    what: str = ""
    since: str = ""
    until: str = ""
    """Days in the reader's own calendar (ISO); ``until`` is the last one."""

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> Search:
        """Return what a request asks for; what is no date is left out."""
        found = {
            name: str(fields.get(name, "")).replace("\x00", "").strip()[:MAX_FIELD] for name in cls.__struct_fields__
        }
        for name in ("since", "until"):
            found[name] = found[name] if _is_day(found[name]) else ""
        found["by"] = found["by"].lower()
        found["verb"] = found["verb"].lower().replace(" ", "_")
        found["what"] = found["what"].rpartition("/")[2]  # a case's address may be pasted too
        return cls(**found)

    def query(self) -> dict[str, str]:
        """Return what is set."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}

    def span(self, times: Times) -> tuple[int, int]:
        """Return from when on and before when, in milliseconds; 0: open."""
        since = times.read(self.since) if self.since else 0
        day = dt.date.fromisoformat(self.until) + dt.timedelta(days=1) if self.until else None
        return since, times.read(day.isoformat()) if day else 0


def _is_day(text: str) -> bool:
    try:
        return dt.date(1970, 1, 2) < dt.date.fromisoformat(text) < dt.date(9000, 1, 1)
    except ValueError:
        return False


class AuditPage:
    """The pages."""

    def __init__(self, parts: Parts, audit: Audit, pages: Pages, access: Access) -> None:
        """Take what the pages stand on."""
        self._parts = parts
        self._audit = audit
        self._pages = pages
        self._access = access
        self._verdict = Shared(audit.verify)
        self._noted: dict[str, int] = {}

    def routes(self) -> Sequence[Route]:
        """Return the routes."""
        signed_in, posted = self._access.signed_in, self._access.posted
        return [
            Route(PATH, signed_in(self._only(self.look)), methods=["GET"]),
            Route(f"{PATH}/verify", posted(self._only(self.verify)), methods=["POST"]),
            Route(f"{PATH}/export", posted(self._only(self.export)), methods=["POST"]),
        ]

    def _only(self, view: View) -> View:
        """Return a view for those whose role it is."""

        async def guarded(request: Request, session: Session, *form: FormData) -> Response:
            if not session.viewer.may(ROLES):
                return self._pages.show(request, "forbidden.html", status=403, session=session)
            return await view(request, session, *form)

        return guarded

    async def look(self, request: Request, session: Session) -> Response:
        """Show a page of entries, newest first."""
        await self._note_read(session.name)
        return await self._show(request, session, Search.of(request.query_params))

    async def verify(self, request: Request, session: Session, form: FormData) -> Response:
        """Go over the whole chain and say whether it is whole."""
        verdict = await self._verdict.get()
        await self._audit.note(session.name, "verify_audit", detail="whole" if verdict.whole else str(verdict.flaw))
        return await self._show(request, session, Search.of(form), verdict)

    async def export(self, request: Request, session: Session, form: FormData) -> Response:
        """Send the entries of some days as a file that can be checked."""
        kind: Literal["csv", "jsonl"] = "csv" if field(form, "format") == "csv" else "jsonl"
        times = self._times(request)
        since, until = Search.of(form).span(times)
        await self._audit.note(session.name, "export_audit", detail=kind)
        name = f"ucare-audit-{times.day(times.now).isoformat()}.{kind}"
        return StreamingResponse(
            self._audit.export(kind, since=since, until=until),
            media_type="text/csv" if kind == "csv" else "application/jsonl",
            headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
        )

    def _times(self, request: Request) -> Times:
        zone = request.cookies.get(ZONE_COOKIE, "")
        return Times(zone, "", self._parts.accounts.now(), self._pages.locale(request))

    async def _show(
        self, request: Request, session: Session, search: Search, verdict: Verdict | None = None
    ) -> Response:
        times = self._times(request)
        since, until = search.span(times)
        found = await self._audit.find(
            by=search.by,
            verb=search.verb,
            what=search.what,
            since=since,
            until=until,
            limit=PAGE + 1,
            before=request.query_params.get("before", "")[:MAX_FIELD],
        )
        entries = found[:PAGE]
        older = {**search.query(), "before": entries[-1].id} if len(found) > PAGE else {}
        return self._pages.show(
            request,
            "audit.html",
            session=session,
            search=search,
            entries=entries,
            older=f"{PATH}?{urlencode(older)}" if older else "",
            newest=f"{PATH}?{urlencode(search.query())}" if "before" in request.query_params else "",
            names=sorted(account.name for account in await self._parts.accounts.all()),
            verbs=VERBS,
            times=times,
            verdict=verdict,
        )

    async def _note_read(self, name: str) -> None:
        now = self._parts.accounts.now()
        if now - self._noted.get(name, -READ_MS) >= READ_MS:
            await self._audit.note(name, "read_audit")
            self._noted[name] = now
