"""What the page of one case shows, put together from the desk's answer; also for those who may not read it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from bot.console.caselog import shown
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.reading import Reading
from bot.console.times import ZONE_COOKIE, Times
from bot.console.verbs import SNOOZE_HOURS
from bot.core.acts.close import OUTCOMES
from bot.core.offering import SAFETY
from bot.core.people import Viewer
from bot.core.understood import SERIOUS
from bot.desk.views import Case
from bot.people.sessions import Session

LEVELS = ("T0", "T1", "T2", "T3")


class Trouble(msgspec.Struct, frozen=True):
    """What went wrong with a form, and what had been written in it."""

    error: str = ""
    verb: str = ""
    fields: Mapping[str, str] = {}
    warn: str = ""
    """``language``: the text was kept back until the caseworker says that it may go."""


FINE = Trouble()


class Preset(msgspec.Struct, frozen=True):
    """A time that is often chosen for a reminder."""

    name: str
    at: int


def speaks(viewer: Viewer, locale: str, own: str) -> bool:
    """Tell whether somebody writes a locale freely; who listed no languages speaks the one of their console."""
    known = {one.split("_")[0] for one in viewer.languages or (own,)}
    return not locale or locale.split("_", maxsplit=1)[0] in known


class CasePage:
    """Renders a case."""

    def __init__(self, parts: Parts, pages: Pages, reading: Reading) -> None:
        """Take what the page stands on."""
        self._parts = parts
        self._desk = parts.desk
        self._pages = pages
        self._reading = reading

    def times(self, request: Request, country: str, now: int) -> Times:
        """Return the clocks of a page."""
        own = request.cookies.get(ZONE_COOKIE, "")
        return Times(own, country, now, self._pages.locale(request))

    async def show(self, request: Request, session: Session, trouble: Trouble = FINE) -> Response:
        """Show a case, or with ``?part=1`` what changes of it."""
        id_, locale = request.path_params["id"], self._pages.locale(request)
        viewer, part = session.viewer, "part" in request.query_params
        status = 409 if trouble.error else 200
        case = await self._desk.case(viewer, id_, locale)
        if case is not None:
            around = await self._around(request, session, case, trouble)
            template = "_case.html" if part else "case.html"
            return self._pages.show(request, template, status=status, session=session, **around)
        outline = await self._desk.outline(viewer, id_)
        if outline is None:
            return self._pages.show(request, "gone.html", status=404, session=session)
        times = self.times(request, outline.row.country, self._parts.accounts.now())
        values = {"case": outline, "row": outline.row, "times": times, "error": trouble.error}
        return self._pages.show(request, "case_outline.html", status=status, session=session, **values)

    def _translates(self, spoken: str, own: str) -> bool:
        """Tell whether a machine can translate between the contact's language and the caseworker's, both ways."""
        machine = self._parts.translator
        return machine is not None and machine.offers(spoken, own) and machine.offers(own, spoken)

    async def _teams(self) -> dict[str, str]:
        book = await self._parts.teams.book() if self._parts.teams else None
        return {team.id: team.name for team in book.teams} if book else {}

    async def _around(self, request: Request, session: Session, case: Case, trouble: Trouble) -> dict[str, object]:
        """Return what the page shows beside the case itself."""
        row, locale = case.row, self._pages.locale(request)
        times = self.times(request, row.country, self._parts.accounts.now())
        flows = dict(await self._desk.flows(session.viewer, row.id, locale))
        phrases = self._parts.phrases.for_contact(row.locale, locale)
        answered = any(entry.who == "caseworker" for entry in case.entries)
        first = [one for id_ in SAFETY for one in phrases if one.id == id_] if case.asks_safety else []
        return {
            "case": case,
            "row": row,
            "log": shown(case.entries, times, flows, row.locale),
            "times": times,
            "key": secrets.token_urlsafe(16),
            "note_key": secrets.token_urlsafe(16),
            "hours": SNOOZE_HOURS,
            "outcomes": OUTCOMES,
            "serious": row.level in SERIOUS,
            "lower": [level for level in LEVELS if level > row.level],
            "higher": [level for level in LEVELS if level < row.level],
            "colleagues": case.colleagues,
            "teams": await self._teams(),
            "flows": flows,
            "has_phrases": bool(phrases),
            "first": None if answered or not first else first[0],
            "speaks": speaks(session.viewer, row.locale, locale),
            "translates": self._translates(row.locale, locale),
            "readers": self._reading.others(row.id, session.name),
            "presets": presets(times),
            "trouble": trouble,
            "error": trouble.error,
        }


def presets(times: Times) -> list[Preset]:
    """Return times that are often chosen for a reminder, on the caseworker's clock."""
    return [
        Preset("hour", times.now + 3_600_000),
        Preset("tomorrow", times.at(1, 9)),
        Preset("days", times.at(3, 9)),
        Preset("week", times.at(7, 9)),
    ]
