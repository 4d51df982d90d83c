"""Whom an announcement reaches, round by round: each round reaches all of the rounds before as well.

===== ==================== =====================================================================================
round T0, T1               reaches
===== ==================== =====================================================================================
0     opened               who is on duty (console), who is on call for the team, the team's Telegram group
1     after 5 minutes      the whole team: its e-mail addresses and webhook, and each member
2     after 10 minutes     the safeguarding leads, and who is on call for any team
3 …   after 15 minutes,    everybody who may see the case, and where announcements for everybody go
      and each 5 after
===== ==================== =====================================================================================

- Where no team is defined, and for a case without one, everybody who may see it is told at once.
- T0 with nobody on duty and nobody on call who can be reached: everybody, at once. Somebody on call who has neither
  e-mail nor Telegram in the book is called through all ways of the team.
- T2 and T3 are announced while the team is there: its group, from the second time on its e-mail and webhook.
- Whoever is accused in a case is told nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from bot.core.escalation import Escalation
from bot.core.people import LISTS, WRITES, Viewer
from bot.core.understood import SERIOUS
from bot.teams.book import Book
from bot.teams.team import Announce, Team

Channel = Literal["telegram", "email", "webhook"]
TEAM: Final = 1
LEADS: Final = 2
EVERYBODY: Final = 3


class Colleague(msgspec.Struct, frozen=True):
    """Somebody with an account, and whether they are there now."""

    viewer: Viewer
    on_duty: bool = False

    @property
    def name(self) -> str:
        """Their name."""
        return self.viewer.name


class Target(msgspec.Struct, frozen=True):
    """One place an announcement goes to."""

    channel: Channel
    address: str
    """Chat id, e-mail address, or https address."""
    secret: str = ""
    """For a webhook."""


class Recipients(msgspec.Struct, frozen=True):
    """Whom an announcement reaches."""

    names: tuple[str, ...] = ()
    """People; those on duty see it in the console."""
    targets: tuple[Target, ...] = ()
    """Where it is sent, each once."""


def to_tell(book: Book, colleagues: Iterable[Colleague], case: Escalation, round_: int, at: int) -> Recipients:
    """Return whom the announcement of a case reaches in a round, at a time (ms)."""
    able = [one for one in colleagues if one.viewer.may(LISTS) and one.name not in case.excluded]
    near = [one for one in able if one.viewer.covers(case.country, case.team)]
    team = book.team(case.team)
    if case.level not in SERIOUS:
        return _calmly(book, near, team, round_, at)
    allowed = {one.name for one in able}
    on_call = [name for name in book.on_call(case.team, at) if name in allowed] if team else []
    there = any(one.on_duty and one.viewer.may(WRITES) for one in near)
    reached = any(name in book.people and book.people[name].anywhere for name in on_call)
    if team is None or (case.level == "T0" and not there and not reached):
        round_ = max(round_, EVERYBODY)
    names = [*(one.name for one in near if one.on_duty), *on_call]
    paged, places = [*on_call], []
    if team:
        whole = round_ >= TEAM or bool(on_call and not reached)
        places.append(team.announce if whole else group(team.announce))
    if round_ >= TEAM and team:
        members = [one.name for one in near if team.id in one.viewer.teams]
        names, paged = names + members, paged + members
    if round_ >= LEADS:
        leads = [one.name for one in able if one.viewer.may(frozenset({"lead"}))]
        others = [name for name in book.on_call("", at) if name in allowed]
        names, paged = names + leads + others, paged + leads + others
    if round_ >= EVERYBODY:
        everybody = [one.name for one in near]
        names, paged = names + everybody, paged + everybody
        places.append(book.everybody)
    return Recipients(_once(names), _targets(book, places, _once(paged)))


def group(announce: Announce) -> Announce:
    """Return the group of a team alone."""
    return msgspec.structs.replace(announce, emails=(), webhook="", secret="")


def _calmly(book: Book, near: list[Colleague], team: Team | None, round_: int, at: int) -> Recipients:
    """Return whom a case reaches that can wait: nobody is woken."""
    names = tuple(one.name for one in near if one.on_duty)
    if team is None or not book.open_now(team.id, at):
        return Recipients(names)
    return Recipients(names, _targets(book, [team.announce if round_ > TEAM else group(team.announce)], ()))


def _targets(book: Book, places: Iterable[Announce], people: Iterable[str]) -> tuple[Target, ...]:
    found: dict[tuple[Channel, str], Target] = {}

    def add(channel: Channel, address: str, secret: str = "") -> None:
        if address:
            found.setdefault((channel, address), Target(channel, address, secret))

    for place in places:
        add("telegram", place.telegram)
        for email in place.emails:
            add("email", email)
        add("webhook", place.webhook, place.secret)
    for name in people:
        reach = book.people.get(name)
        if reach:
            add("telegram", reach.telegram)
            add("email", reach.email)
    return tuple(found.values())


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
