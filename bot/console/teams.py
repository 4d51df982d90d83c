"""Teams: who is there when, who is on call, and where announcements go. Coordinators and administrators change it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec
from babel.dates import get_day_names
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.access import Access, field
from bot.console.pages import Pages
from bot.console.parts import Parts
from bot.console.team_forms import STEPS
from bot.core.numbers import DAY
from bot.core.people import Role
from bot.errors import ConflictError, NotAllowedError
from bot.i18n import writing
from bot.notices.state import State
from bot.people.sessions import Session
from bot.teams import opening
from bot.teams.book import Book, called
from bot.teams.keeping import Teams
from bot.teams.team import Announce, Team

PATH: Final = "/console/teams"
SEES: Final[frozenset[Role]] = frozenset({"caseworker", "lead", "coordinator", "administrator"})
CHANGES: Final[frozenset[Role]] = frozenset({"coordinator", "administrator"})
UNKNOWN: Final = "Choose what is to be done."
FASTER: Final = "Somebody changed the teams at the same time. Look at them as they are now."
SOON_DAYS: Final = 14
DASH: Final = "\u2013"


class TeamsPage:
    """The page of all teams."""

    def __init__(self, parts: Parts, teams: Teams, notices: State, pages: Pages, access: Access) -> None:
        """Take what the page stands on."""
        self._accounts = parts.accounts
        self._teams = teams
        self._notices = notices
        self._pages = pages
        self._access = access

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._access.allowed(self.show, SEES), methods=["GET"]),
            Route(PATH, self._access.posted(self.act, CHANGES, proof=PATH), methods=["POST"]),
        ]

    async def show(self, request: Request, session: Session) -> Response:
        """Show all teams."""
        return await self._page(request, session, await self._teams.book())

    async def act(self, request: Request, session: Session, form: FormData) -> Response:
        """Change what a form asks for; a new secret is shown on the answer, and never again."""
        verb, given = field(form, "do"), {name: [text for text in form.getlist(name) if isinstance(text, str)]
                                          for name in form}  # fmt: skip
        names = [one.name for one in await self._accounts.viewers()]
        before = await self._teams.book()
        step, now = STEPS.get(verb), self._accounts.now()

        def changed(book: Book) -> Book:
            nonlocal before
            if step is None:
                raise NotAllowedError(UNKNOWN)
            before = book
            return step(book, given, names, now)

        try:
            after = await self._teams.change(changed)
        except NotAllowedError as refusal:
            return await self._page(request, session, before, error=str(refusal), tried=field(form, "team"))
        except ConflictError:
            return await self._page(request, session, await self._teams.book(), error=FASTER)
        team = field(form, "team")
        await self._accounts.audit.note(session.name, "team_changed", team or field(form, "who"), verb)
        if secret := new_secret(before, after):
            return await self._page(request, session, after, secret=secret)
        return RedirectResponse(f"{PATH}#team-{team}" if after.team(team) else PATH, status_code=303)

    async def _page(
        self, request: Request, session: Session, book: Book, *, error: str = "", tried: str = "", secret: str = ""
    ) -> Response:
        now, locale = self._accounts.now(), self._pages.locale(request)
        viewers = await self._accounts.viewers()
        there = await self._accounts.on_duty()
        mine = set(session.viewer.teams)
        teams = sorted(book.teams, key=lambda team: team.id not in mine)
        return self._pages.show(
            request, "teams.html", status=400 if error else 200, session=session, error=error, secret=secret,
            teams=[shown(team, now, locale) | {
                "members": [one.name for one in viewers if team.id in one.teams],
                "here": [one.name for one in viewers if one.name in there and one.covers("", team.id)],
            } for team in teams],
            tried=tried, changes=session.viewer.may(CHANGES), everybody=book.everybody, people=book.people,
            names=[one.name for one in viewers], on_duty=sorted(there),
            ways=await self._notices.ready(),
            failures=[(one, moment(one.at, "UTC", locale)) for one in await self._notices.failures()],
        )  # fmt: skip


def new_secret(before: Book, after: Book) -> str:
    """Return the secret that a change made, or an empty text."""

    def secrets(book: Book) -> set[str]:
        places: list[Announce] = [book.everybody, *(team.announce for team in book.teams)]
        return {place.secret for place in places if place.secret}

    return next(iter(secrets(after) - secrets(before)), "")


def moment(at: int, zone: str, locale: str) -> str:
    """Return a day and a time of a zone's clock, as a locale writes them."""
    clock = dt.datetime.fromtimestamp(at / 1000, opening.zone(zone))
    return f"{writing.weekday(clock.date(), locale)}, {clock:%H:%M}"


def shown(team: Team, now: int, locale: str) -> dict[str, Any]:
    """Return a team as the page shows it."""
    today = opening.local(team, now).date()
    again = opening.next_opening(team, now)
    until = now + SOON_DAYS * 86_400_000
    return {
        "team": team,
        "open": opening.open_now(team, now),
        "again": moment(again, team.timezone, locale) if again else "",
        "on_call": called(team, now),
        "week": hours_by_day(team, locale),
        "holidays": [
            (day.isoformat(), writing.weekday(day, locale), name, opening.closed(team, day))
            for day, name in opening.holidays_of(team, today)
        ],
        "closed_on": [day.isoformat() for day in team.closed_on if day >= today],
        "closed_days": [writing.weekday(day, locale) for day in team.closed_on if day >= today],
        "shifts": [
            (f"{shift.who} {shift.since} {shift.until}", shift.who, moment(shift.since, team.timezone, locale),
             moment(shift.until, team.timezone, locale), shift.since <= now, shift.since < until)
            for shift in team.shifts if shift.until > now
        ],
        "weekly": [(f"{one.who} {one.hours}", one.who, one.hours) for one in team.on_call],
        "scope": scope(team),
        "soonest": opening.local(team, now).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip


def hours_by_day(team: Team, locale: str) -> list[tuple[str, str]]:
    """Return each day of the week with the hours of a team; an empty text where it is closed."""
    names = get_day_names("wide", locale=writing.known(locale))
    return [
        (names[number], ", ".join(f"{_clock(start)}{DASH}{_clock(end)}" for start, end in spans))
        for number, spans in enumerate(opening.week(team.hours).week)
    ]


def _clock(minute: int) -> str:
    return "24:00" if minute == DAY else f"{minute // 60 % 24:02}:{minute % 60:02}"


def scope(team: Team) -> list[str]:
    """Return whose cases a team takes, as codes; nothing where it takes any."""
    fields = msgspec.structs.asdict(team)
    return [code for name in ("countries", "regions", "topics", "locales") for code in fields[name]]
