"""What the forms of the page of teams change: from the book as it is and a form to the book as it should be. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from bot.errors import NotAllowedError
from bot.sealing.signing import fresh_secret
from bot.teams import files, opening
from bot.teams.book import Book
from bot.teams.team import Announce, Reach, Shift, Team, Weekly

GONE: Final = "This team does not exist any more."
NAME: Final = "Give the team a name."
HOURS: Final = "These hours cannot be read. Write them like Mo-Fr 09:00-17:00; Sa 10:00-12:00."
ZONE: Final = "There is no such time zone. Write it like Europe/Athens."
CALENDAR: Final = "No public holidays are known for this. Write a country like GR, or a part of one like DE-BY."
DAYS: Final = "This is no day. Write days like 2026-12-24, with commas."
EMAIL: Final = "This is no e-mail address."
CHAT: Final = "This is no chat id of Telegram. Write a number like -1001234567890."
WEBHOOK: Final = "A webhook must be an https address without a password in it."
WHO: Final = "Choose somebody who can sign in."
SHIFT: Final = "A shift ends after it begins, and within a month."
MOST_SHIFT_MS: Final = 31 * 86_400_000
MOST: Final = 200

T = TypeVar("T")
Form = Mapping[str, Sequence[str]]
"""Field → all its values."""
Step = Callable[[Book, Form, Sequence[str], int], Book]
"""From the book, the form, the names of those who can sign in, and now (ms) to the book after it."""


def one(form: Form, name: str) -> str:
    """Return a field, or an empty text."""
    return form.get(name, [""])[0].strip()[:500]


def parts(form: Form, name: str) -> tuple[str, ...]:
    """Return the parts of a field that are set apart by commas, spaces or new lines."""
    return tuple(dict.fromkeys(re.split(r"[,\s]+", one(form, name).strip(", "))))[:MOST] if one(form, name) else ()


def checked(read: Callable[[str], T], text: str, refusal: str) -> T:
    """Return what a reader makes of a text. Raises NotAllowedError with the refusal."""
    try:
        return read(text)
    except ValueError:
        raise NotAllowedError(refusal) from None


def _team(book: Book, form: Form) -> Team:
    team = book.team(one(form, "team"))
    if team is None:
        raise NotAllowedError(GONE)
    return team


def _with(book: Book, team: Team) -> Book:
    return msgspec.structs.replace(book, teams=tuple(team if old.id == team.id else old for old in book.teams))


def _id(name: str, taken: frozenset[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24]
    base = base if base and base[0].isalpha() else f"team-{base}".strip("-")
    return next(
        name for number in range(1, MOST + 2) if (name := base if number == 1 else f"{base}-{number}") not in taken
    )


def save(book: Book, form: Form, _names: Sequence[str], _now: int) -> Book:
    """Make a team, or change its name, scope and hours."""
    name = one(form, "name")[:64]
    if not name:
        raise NotAllowedError(NAME)
    fields = {
        "name": name,
        "countries": tuple(code.upper() for code in parts(form, "countries")),
        "regions": tuple(code.upper() for code in parts(form, "regions")),
        "topics": tuple(code.lower() for code in parts(form, "topics")),
        "locales": parts(form, "locales"),
        "timezone": checked(files.zone_of, one(form, "timezone"), ZONE),
        "hours": checked(files.hours_of, one(form, "hours"), HOURS),
        "holidays": tuple(checked(files.calendar_of, code.upper(), CALENDAR) for code in parts(form, "holidays")),
    }
    if one(form, "team"):
        return _with(book, msgspec.structs.replace(_team(book, form), **fields))
    made = msgspec.structs.replace(Team(_id(name, frozenset(team.id for team in book.teams)), name), **fields)
    return msgspec.structs.replace(book, teams=(*book.teams, made))


def remove(book: Book, form: Form, _names: Sequence[str], _now: int) -> Book:
    """Take a team out; its cases wait for everybody from now on."""
    gone = _team(book, form)
    return msgspec.structs.replace(book, teams=tuple(team for team in book.teams if team.id != gone.id))


def days(book: Book, form: Form, _names: Sequence[str], now: int) -> Book:
    """Set on which public holidays the team is closed, and on which other days."""
    team = _team(book, form)
    today = opening.local(team, now).date()
    shown = {checked(dt.date.fromisoformat, text, DAYS) for text in form.get("holiday", ())}
    shut = {checked(dt.date.fromisoformat, text, DAYS) for text in form.get("closed", ())}
    opened = {day for day in team.open_on if day >= today and day not in shown} | (shown - shut)
    extra = {checked(dt.date.fromisoformat, text, DAYS) for text in parts(form, "closed_on")}
    closed = tuple(sorted(day for day in extra if day >= today))
    return _with(book, msgspec.structs.replace(team, open_on=tuple(sorted(opened)), closed_on=closed))


def add_shift(book: Book, form: Form, names: Sequence[str], now: int) -> Book:
    """Put somebody on call, once; what is over is forgotten."""
    team, who = _team(book, form), one(form, "who")
    if who not in names:
        raise NotAllowedError(WHO)
    where = opening.zone(team.timezone)
    since, until = (
        int(checked(dt.datetime.fromisoformat, one(form, name), SHIFT).replace(tzinfo=where).timestamp()) * 1000
        for name in ("since", "until")
    )
    if not since < until <= since + MOST_SHIFT_MS:
        raise NotAllowedError(SHIFT)
    kept = {shift for shift in team.shifts if shift.until > now} | {Shift(who, since, until)}
    ordered = tuple(sorted(kept, key=lambda shift: (shift.since, shift.who)))
    return _with(book, msgspec.structs.replace(team, shifts=ordered))


def remove_shift(book: Book, form: Form, _names: Sequence[str], _now: int) -> Book:
    """Take a shift out."""
    team, gone = _team(book, form), one(form, "shift")
    left = tuple(shift for shift in team.shifts if f"{shift.who} {shift.since} {shift.until}" != gone)
    return _with(book, msgspec.structs.replace(team, shifts=left))


def add_weekly(book: Book, form: Form, names: Sequence[str], _now: int) -> Book:
    """Put somebody on call every week."""
    team, who = _team(book, form), one(form, "who")
    if who not in names:
        raise NotAllowedError(WHO)
    hours = checked(files.hours_of, one(form, "hours") or "-", HOURS)
    left = tuple(weekly for weekly in team.on_call if weekly != Weekly(who, hours))
    return _with(book, msgspec.structs.replace(team, on_call=(*left, Weekly(who, hours))))


def remove_weekly(book: Book, form: Form, _names: Sequence[str], _now: int) -> Book:
    """Take somebody off the week."""
    team, gone = _team(book, form), one(form, "weekly")
    left = tuple(weekly for weekly in team.on_call if f"{weekly.who} {weekly.hours}" != gone)
    return _with(book, msgspec.structs.replace(team, on_call=left))


def announce(book: Book, form: Form, _names: Sequence[str], _now: int) -> Book:
    """Set where announcements of a team go, or those for everybody; a new webhook gets a secret."""
    team = _team(book, form) if one(form, "team") else None
    before = team.announce if team else book.everybody
    webhook = checked(files.webhook_of, one(form, "webhook"), WEBHOOK)
    keeps = bool(before.secret) and webhook == before.webhook and not one(form, "renew")
    after = Announce(
        checked(files.chat_of, one(form, "telegram"), CHAT),
        tuple(checked(files.email_of, text, EMAIL) for text in parts(form, "emails")),
        webhook,
        "" if not webhook else before.secret if keeps else fresh_secret(),
    )
    if team:
        return _with(book, msgspec.structs.replace(team, announce=after))
    return msgspec.structs.replace(book, everybody=after)


def reach(book: Book, form: Form, names: Sequence[str], _now: int) -> Book:
    """Set how a person is paged; with neither, they are not."""
    who = one(form, "who")
    if who not in names:
        raise NotAllowedError(WHO)
    mail = one(form, "email")
    after = Reach(checked(files.email_of, mail, EMAIL) if mail else "", checked(files.chat_of, one(form, "chat"), CHAT))
    people = {name: old for name, old in book.people.items() if name != who and name in names}
    if after.anywhere:
        people[who] = after
    return msgspec.structs.replace(book, people=dict(sorted(people.items())))


STEPS: Final[dict[str, Step]] = {
    "save": save,
    "remove": remove,
    "days": days,
    "add_shift": add_shift,
    "remove_shift": remove_shift,
    "add_weekly": add_weekly,
    "remove_weekly": remove_weekly,
    "announce": announce,
    "reach": reach,
}
"""What a form asks for → what does it."""
