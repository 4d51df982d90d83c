"""Whom an announcement reaches, round by round; whether somebody is there; whether somebody is called."""

from __future__ import annotations

import msgspec
import pytest

from bot.core.escalation import open_escalation
from bot.core.people import Viewer
from bot.teams.book import Book
from bot.teams.presence import Presence
from bot.teams.team import Announce, Reach, Team, Weekly
from bot.teams.telling import Colleague, Target, to_tell
from tests.teams.test_opening import at

NIGHT, DAY = at(2026, 11, 25, 3), at(2026, 11, 25, 12)
GREECE = Team(
    "greece", "Greece", countries=("GR",), timezone="Europe/Athens", hours="Mo-Fr 09:00-17:00",
    on_call=(Weekly("noor", "17:00-09:00"),),
    announce=Announce("-100", ("team@example.org",), "https://hook.example/x", "s"),
)  # fmt: skip
BELGIUM = Team("belgium", "Belgium", countries=("BE",), hours="24/7", on_call=(Weekly("bo", "24/7"),))
PEOPLE = {name: Reach(f"{name}@example.org") for name in ("noor", "sam", "lea", "bo", "ada", "cor")}
BOOK = Book((GREECE, BELGIUM), PEOPLE, Announce(emails=("all@example.org",)))


def viewer(name, *roles, teams=("greece",), countries=()):
    return Viewer(name, frozenset(roles or ("caseworker",)), countries, teams)


STAFF = (
    Colleague(viewer("noor")),
    Colleague(viewer("sam")),
    Colleague(viewer("lea", "lead", teams=())),
    Colleague(viewer("bo", teams=("belgium",))),
    Colleague(viewer("cor", "coordinator", teams=())),
    Colleague(viewer("ada", "administrator", teams=())),
)


def there(*names):
    return tuple(msgspec.structs.replace(one, on_duty=one.name in names) for one in STAFF)


def case(level="T1", team="greece", **more):
    made = open_escalation(
        id="r-1", ref="r", partition=0, channel="webchat", level=level, topic="abuse", at=NIGHT, pseudonym="Elm",
        country="GR",
    )  # fmt: skip
    return msgspec.structs.replace(made, team=team, **more)


def reached(round_, *, staff=STAFF, one=None, when=NIGHT, book=BOOK):
    found = to_tell(book, staff, one or case(), round_, when)
    assert len(set(found.targets)) == len(found.targets)
    return {target.address.partition("@")[0] for target in found.targets}, set(found.names)


def test_each_round_reaches_more_people():
    assert reached(0) == ({"-100", "noor"}, {"noor"})
    assert reached(0, staff=there("sam")) == ({"-100", "noor"}, {"noor", "sam"})
    places, names = reached(1)
    assert places == {"-100", "team", "https://hook.example/x", "noor", "sam"}
    assert names == {"noor", "sam"}
    places, names = reached(2)
    assert names == {"noor", "sam", "lea", "bo"}
    assert {"lea", "bo"} <= places
    places, names = reached(3)
    assert names == {"noor", "sam", "lea", "bo", "cor"}
    assert places == {"-100", "team", "https://hook.example/x", "noor", "sam", "lea", "bo", "cor", "all"}
    assert reached(9) == (places, names)


def test_who_sees_no_content_and_who_is_accused_is_told_nothing():
    for round_ in range(4):
        places, names = reached(round_, one=case(excluded=("noor", "lea")))
        assert not {"noor", "lea", "ada"} & (places | names)


def test_by_day_nobody_is_on_call():
    assert reached(0, when=DAY, staff=there("sam")) == ({"-100"}, {"sam"})


def test_danger_with_nobody_there_and_nobody_on_call_reaches_everybody_at_once():
    everybody = reached(3, when=DAY, one=case("T0"))
    assert reached(0, when=DAY, one=case("T0")) == everybody
    assert reached(0, when=DAY, one=case("T0"), staff=there("sam"))[1] == {"sam"}
    assert reached(0, when=DAY, one=case("T0"), staff=there("cor")) == everybody, "a coordinator cannot take it"
    assert reached(0, when=NIGHT, one=case("T0"))[1] == {"noor"}
    silent = Book((GREECE, BELGIUM), {k: v for k, v in PEOPLE.items() if k != "noor"}, BOOK.everybody)
    assert reached(0, when=NIGHT, one=case("T0"), book=silent)[1] >= {"lea", "sam"}, "who is on call has no address"


def test_who_is_on_call_without_an_address_is_called_by_all_ways_of_the_team():
    silent = Book((GREECE,))
    assert reached(0, book=silent) == ({"-100", "team", "https://hook.example/x"}, {"noor"})


def test_without_teams_everybody_is_told_at_once():
    book = Book((), PEOPLE, BOOK.everybody)
    places, names = reached(0, one=case(team=""), book=book)
    assert names == {"noor", "sam", "lea", "bo", "cor"}
    assert places == {"noor", "sam", "lea", "bo", "cor", "all"}


def test_scope_counts():
    staff = (Colleague(viewer("noor", teams=(), countries=("BE",))), Colleague(viewer("sam", teams=())))
    assert reached(3, staff=staff, one=case(team=""), book=Book((), PEOPLE))[1] == {"sam"}


@pytest.mark.parametrize("level", ["T2", "T3"])
def test_what_can_wait_wakes_nobody(level):
    assert reached(0, one=case(level)) == (set(), set())
    assert reached(5, one=case(level)) == (set(), set())
    assert reached(1, one=case(level), when=DAY, staff=there("sam")) == ({"-100"}, {"sam"})
    assert reached(2, one=case(level), when=DAY)[0] == {"-100", "team", "https://hook.example/x"}


def test_the_secret_goes_with_its_webhook():
    assert Target("webhook", "https://hook.example/x", "s") in to_tell(BOOK, STAFF, case(), 1, NIGHT).targets


def test_whether_somebody_is_there():
    assert Presence(BOOK, STAFF).staffed(case(), DAY)
    assert not Presence(BOOK, STAFF).staffed(case(), NIGHT)
    assert Presence(BOOK, there("sam")).staffed(case(), NIGHT)
    assert not Presence(BOOK, there("sam")).staffed(case(excluded=("sam",)), NIGHT)
    assert not Presence(BOOK, there("cor", "bo")).staffed(case(), NIGHT)
    assert not Presence(Book(), STAFF).staffed(case(team=""), DAY)
    assert Presence(Book(), there("sam")).staffed(case(team=""), NIGHT)


def test_whether_somebody_is_called_is_the_truth():
    ways = frozenset({"email"})
    assert Presence(BOOK, STAFF, ways).paging(case(), NIGHT)
    assert not Presence(BOOK, STAFF).paging(case(), NIGHT), "nobody carries announcements"
    assert not Presence(BOOK, STAFF, frozenset({"telegram"})).paging(case(), NIGHT), "no way to this person"
    assert not Presence(BOOK, STAFF, ways).paging(case(), DAY), "nobody is on call"
    assert not Presence(BOOK, STAFF, ways).paging(case("T2"), NIGHT), "it can wait"
    assert not Presence(BOOK, STAFF, ways).paging(case(excluded=("noor",)), NIGHT), "who is accused"
    assert not Presence(BOOK, STAFF[1:], ways).paging(case(), NIGHT), "no account any more"
