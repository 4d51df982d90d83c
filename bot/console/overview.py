"""The overview for coordinators: what waits now, and the published figures of weeks and months."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.access import Access
from bot.console.overview_words import Words, known, response_rows, sheets, spoken_rows
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.core.escalation import DUE
from bot.core.people import Role
from bot.figures import charts, export, live, reading
from bot.figures.cells import Cell
from bot.figures.counting import LEVELS
from bot.figures.spans import Month, Week
from bot.people.sessions import Session

ROLES: Final[frozenset[Role]] = frozenset({"coordinator", "lead"})
PATH: Final = "/console/overview"
CHARTS: Final = ("topics", "languages", "countries", "outcomes", "helped")
TREND_WEEKS: Final = 26
TREND_ROWS: Final = 6
SVG_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cache-control": "private, max-age=60",
    "vary": "Accept-Language, Cookie",
}
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Choice(msgspec.Struct, frozen=True):
    """What somebody looks at, and what they could."""

    weeks: reading.Weeks
    places: list[str]
    months: list[Month]
    place: str
    span: reading.Span | None
    report: reading.Report | None
    trend: reading.Trend


class Overview:
    """The page, its charts and its files."""

    def __init__(self, parts: Parts, pages: Pages, access: Access) -> None:
        """Take what the console is made of."""
        self._parts, self._pages, self._access = parts, pages, access

    def routes(self) -> list[Route]:
        """Return the routes; none where no figures are kept."""
        if self._parts.figures is None:
            return []
        allowed = self._access.allowed
        return [
            Route(PATH, allowed(self.page, ROLES), methods=["GET"]),
            Route(PATH + "/chart/{name:str}", allowed(self.chart, ROLES), methods=["GET"]),
            Route(PATH + "/figures.{kind:str}", allowed(self.file, ROLES), methods=["GET"]),
        ]

    async def _choose(self, request: Request, session: Session) -> Choice:
        assert self._parts.figures is not None
        weeks = await self._parts.figures.weeks()
        places = reading.places(session.viewer, weeks)
        months, each = reading.spans(weeks)
        place = request.query_params.get("place", "")
        if place not in places:
            place = places[0] if places else ""
        asked = request.query_params.get("span", "")
        span: reading.Span | None = Month.parse(asked) or Week.parse(asked)
        if span not in months and span not in each:
            span = each[0] if each else None
        report = reading.report(weeks, place, span) if span and place else None
        until = span.weeks[-1] if isinstance(span, Month) else span
        before = [one for one in weeks if until is None or one[0] <= until][-TREND_WEEKS:] if place else []
        return Choice(weeks, places, months, place, span, report, reading.trend(before, place, "topics", TREND_ROWS))

    async def _words(self, request: Request) -> Words:
        locale = self._pages.locale(request)
        names = {one.id: one.name for one in (await self._parts.teams.book()).teams} if self._parts.teams else {}
        return Words(self._pages.template("overview_words.html"), self._pages.words(locale), locale, names)

    async def page(self, request: Request, session: Session) -> Response:
        """Show the overview."""
        choice, say = await self._choose(request, session), await self._words(request)
        rows = await self._parts.desk.queue(session.viewer)
        now = live.live(rows, self._languages(choice))
        tables = {} if choice.report is None else {kind: known(kind, choice.report, say) for kind in CHARTS}
        return self._pages.show(
            request, "overview.html", session=session, say=say, now=now, choice=choice, report=choice.report,
            tables=tables, levels=LEVELS, due=DUE, waits=_waits(choice, say), spoken=_spoken(choice, say),
            trend=say.table("topics", choice.trend.rows),  # type: ignore[arg-type]  # a row for each category
            waiting_languages=say.table("languages", {one: cell for one, cell in now.languages.items() if cell.lo > 0}),
            nothing=Cell(0, None),
        )  # fmt: skip

    def _languages(self, choice: Choice) -> list[str]:
        """Return all languages that contacts may have, as far as is known, apart from who waits now."""
        spoken = {one for _, figures in choice.weeks for frame in figures.frames.values() for one in frame.languages}
        return sorted(spoken | set(self._parts.texts.locales))

    async def chart(self, request: Request, session: Session) -> Response:
        """Draw one chart."""
        choice, say = await self._choose(request, session), await self._words(request)
        look = charts.Look(
            theme="dark" if request.query_params.get("theme") == "dark" else "light",
            rtl=self._parts.texts.rtl(self._pages.locale(request)),
            narrow="narrow" in request.query_params,
            number=say.number,
        )
        name = request.path_params["name"].removesuffix(".svg")
        if choice.report is None or name not in {*CHARTS, "trend"}:
            return self._pages.show(request, "gone.html", status=404, session=session)
        if name == "trend":
            rows = {say("category", "topics", one): cells for one, cells in choice.trend.rows.items()}
            body = charts.lines(rows, [say.short_day(week.monday) for week in choice.trend.weeks], look)
        else:
            body = charts.bars(known(name, choice.report, say)[0], look)
        return Response(body, media_type="image/svg+xml", headers=SVG_HEADERS)

    async def file(self, request: Request, session: Session) -> Response:
        """Return all tables of a place and a span as one file; written down, but no second person is needed.

        There are no persons in it.
        """
        choice, say = await self._choose(request, session), await self._words(request)
        kind = request.path_params["kind"]
        if choice.report is None or kind not in {"csv", "xlsx"}:
            return self._pages.show(request, "gone.html", status=404, session=session)
        made = sheets(choice.report, choice.trend, say)
        rtl = self._parts.texts.rtl(self._pages.locale(request))
        body = export.csv_file(made) if kind == "csv" else export.xlsx_file(made, rtl=rtl)
        if self._parts.audit is not None:
            await self._parts.audit.note(session.name, "export_figures", f"{choice.place} {choice.span}", kind)
        name = f"figures-{choice.place.replace('/', '-')}-{choice.span}.{kind}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="text/csv; charset=utf-8" if kind == "csv" else XLSX, headers=headers)


def _waits(choice: Choice, say: Words) -> list[tuple[str, list[list[str]]]]:
    if choice.report is None:
        return []
    return [(say.short_day(week.monday), rows) for week, rows in response_rows(choice.report, say) if rows]


def _spoken(choice: Choice, say: Words) -> tuple[list[str], list[tuple[str, list[Cell]]]]:
    return spoken_rows(choice.report, say) if choice.report is not None and choice.report.spoken else ([], [])
