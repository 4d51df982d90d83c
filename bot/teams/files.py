"""The book of teams as YAML: written so that it can be read back, read so that an error names file and line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.errors import FlowError, SettingError
from bot.flowfiles.marked import Map, read
from bot.flowfiles.reference import mapping, parse
from bot.teams import opening
from bot.teams.book import Book
from bot.teams.team import Announce, Reach, Shift, Team, Weekly

ID: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
EMAIL: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")
CHAT: Final = re.compile(r"-?\d{1,20}|@\w{5,32}")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
TIME: Final = "%Y-%m-%d %H:%M"


def hours_of(text: str) -> str:
    """Return hours that can be read.

    Raises:
        ValueError: They cannot; says what was expected.
    """
    opening.week(text)
    return text


def zone_of(text: str) -> str:
    """Return the name of a time zone that exists. Raises ValueError."""
    opening.zone(text)
    return text


def calendar_of(code: str) -> str:
    """Return a code whose public holidays are known. Raises ValueError."""
    opening.public(code, 2026)
    return code


def email_of(text: str) -> str:
    """Return an e-mail address. Raises ValueError."""
    if not EMAIL.fullmatch(text):
        msg = f"{text!r} is no e-mail address"
        raise ValueError(msg)
    return text


def chat_of(text: str) -> str:
    """Return the id of a chat of Telegram. Raises ValueError."""
    if text and not CHAT.fullmatch(text):
        msg = f"{text!r} is no chat id of Telegram; write a number like -1001234567890"
        raise ValueError(msg)
    return text


def webhook_of(text: str) -> str:
    """Return an address that may be called: https, or this machine. Raises ValueError."""
    parts = urlsplit(text)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if text and (not safe or not parts.hostname or parts.username or parts.password):
        msg = f"{text!r} must be an https address without a password in it"
        raise ValueError(msg)
    return text


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _moment(value: object) -> object:
    """Take what YAML and people write: ``2026-12-24 18:00``."""
    if not isinstance(value, str):
        return value
    try:
        return dt.datetime.strptime(value.replace("T", " "), TIME)  # noqa: DTZ007 - the clock on the team's wall
    except ValueError:
        msg = f"{value!r} is no day and time; write 2026-12-24 18:00"
        raise ValueError(msg) from None


Text = Annotated[str, BeforeValidator(_text)]
Hours = Annotated[Text, AfterValidator(hours_of)]
Chat = Annotated[Text, AfterValidator(chat_of)]
Email = Annotated[str, AfterValidator(email_of)]
Moment = Annotated[dt.datetime, BeforeValidator(_moment)]


class Strict(BaseModel):
    """What an entry may hold, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ShiftEntry(Strict):
    """A shift, by the clock on the team's wall."""

    who: str
    since: Moment = Field(alias="from")
    until: Moment = Field(alias="to")


class WeeklyEntry(Strict):
    """Who is on call every week."""

    who: str
    hours: Hours


class AnnounceEntry(Strict):
    """Where announcements go."""

    telegram: Chat = ""
    emails: tuple[Email, ...] = ()
    webhook: Annotated[str, AfterValidator(webhook_of)] = ""


class ReachEntry(Strict):
    """How a person is paged."""

    email: Annotated[str, AfterValidator(lambda text: email_of(text) if text else text)] = ""
    telegram: Chat = ""


class TeamEntry(Strict):
    """A team."""

    name: str = Field(min_length=1, max_length=64)
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    timezone: Annotated[str, AfterValidator(zone_of)]
    hours: Hours = ""
    holidays: tuple[Annotated[str, AfterValidator(calendar_of)], ...] = ()
    closed_on: tuple[dt.date, ...] = ()
    open_on: tuple[dt.date, ...] = ()
    shifts: tuple[ShiftEntry, ...] = ()
    on_call: tuple[WeeklyEntry, ...] = ()
    announce: AnnounceEntry = AnnounceEntry()


def load(path: Path, *, topics: Iterable[str] = (), locales: Iterable[str] = (), names: Iterable[str] = ()) -> Book:
    """Return the book that a file holds.

    Args:
        path: The file.
        topics: The topics there are; empty: not checked.
        locales: The locales there are; empty: not checked.
        names: The accounts there are; empty: not checked.

    Raises:
        SettingError: Something is wrong; with file, line and what was expected.
    """
    try:
        return _load(path, frozenset(topics), frozenset(locales), frozenset(names))
    except FlowError as error:
        raise SettingError(str(error).replace(": Value error, ", ": ")) from None


def _load(path: Path, topics: frozenset[str], locales: frozenset[str], names: frozenset[str]) -> Book:
    file = path.name
    top = read(path, file)
    for key in top.keys() - {"teams", "people", "everybody"}:
        msg = f"{key!r} is not known here; there are teams, people and everybody"
        raise FlowError(msg, file=file, line=top.lines[key])
    entries = mapping(top.get("teams", Map()) or Map(), file, top.lines.get("teams", 1))
    teams = tuple(_team(id_, value, file, entries.lines[id_]) for id_, value in entries.items())
    people = mapping(top.get("people", Map()) or Map(), file, top.lines.get("people", 1))
    reach = {name: parse(ReachEntry, value or {}, file, people.lines[name]) for name, value in people.items()}
    for team in teams:
        line = entries.lines[team.id]
        _known(team.topics, topics, "topic (nlu/topics.yml)", file, line)
        _known(team.locales, locales, "locale", file, line)
        roster = [*(one.who for one in team.shifts), *(one.who for one in team.on_call)]
        _known(roster, names, "account", file, line)
    for name, line in people.lines.items() if people else ():
        _known([name], names, "account", file, line)
    everybody = parse(AnnounceEntry, top.get("everybody") or {}, file, top.lines.get("everybody", 1))
    return Book(
        teams,
        {name: Reach(one.email, one.telegram) for name, one in reach.items()},
        Announce(everybody.telegram, everybody.emails, everybody.webhook),
    )


def _known(used: Iterable[str], there: frozenset[str], what: str, file: str, line: int) -> None:
    missing = sorted(set(used) - there) if there else []
    if missing:
        msg = f"there is no {what} {missing[0]!r}"
        raise FlowError(msg, file=file, line=line)


def _team(id_: str, value: Any, file: str, line: int) -> Team:  # noqa: ANN401 - whatever stands in the file
    if not ID.fullmatch(id_):
        msg = f"{id_!r} is no id of a team; write small letters, digits and dashes, a letter first"
        raise FlowError(msg, file=file, line=line)
    entry = parse(TeamEntry, value, file, line)
    where = opening.zone(entry.timezone)
    shifts = []
    for one in entry.shifts:
        since, until = (int(clock.replace(tzinfo=where).timestamp()) * 1000 for clock in (one.since, one.until))
        if since >= until:
            msg = f"the shift of {one.who} ends before it begins"
            raise FlowError(msg, file=file, line=line)
        shifts.append(Shift(one.who, since, until))
    return Team(
        id=id_,
        name=entry.name,
        countries=entry.countries,
        regions=entry.regions,
        topics=entry.topics,
        locales=entry.locales,
        timezone=entry.timezone,
        hours=entry.hours,
        holidays=entry.holidays,
        closed_on=tuple(sorted(entry.closed_on)),
        open_on=tuple(sorted(entry.open_on)),
        shifts=tuple(sorted(shifts, key=lambda one: (one.since, one.who))),
        on_call=tuple(Weekly(one.who, one.hours) for one in entry.on_call),
        announce=Announce(entry.announce.telegram, entry.announce.emails, entry.announce.webhook),
    )


def dump(book: Book) -> str:
    """Return a book as YAML, without the secrets of its webhooks."""
    found: dict[str, Any] = {"teams": {team.id: _shown(team) for team in book.teams}}
    if book.people:
        found["people"] = {name: _filled(email=one.email, telegram=one.telegram) for name, one in book.people.items()}
    if everybody := _announce(book.everybody):
        found["everybody"] = everybody
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=110)


def _shown(team: Team) -> dict[str, Any]:
    where = opening.zone(team.timezone)

    def clock(at: int) -> str:
        return dt.datetime.fromtimestamp(at / 1000, where).strftime(TIME)

    return {"name": team.name} | _filled(
        countries=list(team.countries),
        regions=list(team.regions),
        topics=list(team.topics),
        locales=list(team.locales),
        timezone=team.timezone,
        hours=team.hours,
        holidays=list(team.holidays),
        closed_on=[day.isoformat() for day in team.closed_on],
        open_on=[day.isoformat() for day in team.open_on],
        shifts=[{"who": one.who, "from": clock(one.since), "to": clock(one.until)} for one in team.shifts],
        on_call=[{"who": one.who, "hours": one.hours} for one in team.on_call],
        announce=_announce(team.announce),
    )


def _announce(announce: Announce) -> dict[str, Any]:
    return _filled(telegram=announce.telegram, emails=list(announce.emails), webhook=announce.webhook)


def _filled(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - what YAML takes
    return {name: value for name, value in fields.items() if value}
