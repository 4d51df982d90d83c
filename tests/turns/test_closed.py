"""Which team a case goes to, and what a contact is told while nobody is at its desk."""

from __future__ import annotations

import msgspec
import pytest

from bot.core import effects as fx
from bot.core.conversation import Case
from bot.core.escalation import REOPEN_MS, change
from bot.core.events import EscalationHandedBack, MessageReceived, TimerFired
from bot.core.people import Viewer
from bot.core.understood import Understood
from bot.ports.partitions import InboxEntry, Snapshot
from bot.teams.book import Book
from bot.teams.presence import Presence
from bot.teams.team import Reach, Team, Weekly
from bot.teams.telling import Colleague
from bot.turns import closed
from bot.turns.compute import compute
from bot.turns.performer import Shell, age_band
from tests.golden.texts import library as whole_library
from tests.teams.test_opening import at
from tests.turns import worlds
from tests.turns.doubles import ABUSE, ALARM, CHECK
from tests.turns.library import library

NIGHT, DAY = at(2026, 11, 27, 20), at(2026, 11, 27, 12)  # a Friday
TEAM = Team("belgium", "Belgium", countries=("BE",), timezone="Europe/Brussels", hours="Mo-Fr 09:00-17:00",
            on_call=(Weekly("noor", "17:00-09:00"),))  # fmt: skip
BOOK = Book((TEAM, Team("harm", "Harm", topics=("abuse",), hours="24/7")))
STAFF = (Colleague(Viewer("noor")), Colleague(Viewer("sam")))


def presence(book=BOOK, *, there=(), channels=()):
    staff = tuple(msgspec.structs.replace(one, on_duty=one.name in there) for one in STAFF)
    return Presence(book, staff, frozenset(channels))


def run(event, *, when=NIGHT, before=None, case=None, desk=None, texts=None):
    before = before or msgspec.structs.replace(worlds.conversation("idle"), last_at=when - 60_000)
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, event)
    shell = Shell(texts or library("ar"), presence=presence() if desk is None else desk)
    return compute(entry, Snapshot(before, case), None, shell).commit


def wrote(text="school", when=NIGHT, risk=None, topic="human", **more):
    understood = msgspec.structs.replace(worlds.event("text", topic=topic).understood, risk=risk)
    return MessageReceived("m", when, text=text, understood=understood, **more)


def told(commit):
    return [d.outgoing for d in commit.deliver if d.outgoing.flow == closed.FLOW]


def asks_for_a_person(**more):
    return run(MessageReceived("m", more.get("when", NIGHT), kind="text", text="a person please",
                               understood=Understood("en", 0.9, None, worlds.event("text", topic="human")
                                                     .understood.ranking)), **more)  # fmt: skip


def test_a_case_goes_to_its_team_with_what_is_known_of_the_contact():
    before = msgspec.structs.replace(
        worlds.conversation("idle"), region="BE-VLG", slots={"age": "15"}, last_at=NIGHT - 60_000
    )
    case = asks_for_a_person(before=before).escalation
    assert (case.team, case.region, case.age_band) == ("belgium", "BE-VLG", "12-15")
    assert run(wrote(risk=ABUSE)).escalation.team == "harm"
    assert asks_for_a_person(desk=presence(Book())).escalation.team == ""


@pytest.mark.parametrize(("age", "band"), [
    (None, ""), ("unsaid", ""), (11, "0-11"), ("12", "12-15"), (15, "12-15"), (16.0, "16-17"), ("18", "18+"), ("", ""),
])  # fmt: skip
def test_age_bands(age, band):
    assert age_band(age) == band


def test_at_night_it_is_told_when_somebody_is_there_again():
    commit = asks_for_a_person()
    first, second = told(commit)
    assert "Nobody is at the desk now." in first.text
    assert "Monday, November 30, 2026" in first.text
    assert "9:00" in first.text
    assert "112" in second.text
    assert commit.deliver[-2:] == tuple(d for d in commit.deliver if d.outgoing in {first, second}), "after the rest"
    assert commit.conversation.slots[closed.TOLD] == NIGHT


def test_the_time_is_written_as_the_locale_writes_it():
    for locale, part in (("de", "Montag, 30. November 2026"), ("fa_AF", "۹:۰۰"), ("el", "Δευτέρα")):
        before = msgspec.structs.replace(
            worlds.conversation("idle"), locale=locale, chosen=True, last_at=NIGHT - 60_000
        )
        assert part in told(asks_for_a_person(before=before, texts=whole_library()))[0].text


@pytest.mark.parametrize("more", [{"when": DAY}, {"desk": presence(there=("sam",))}, {"desk": presence(Book())}])
def test_where_somebody_is_there_or_no_team_is_defined_nothing_is_said_of_hours(more):
    commit = asks_for_a_person(**more)
    assert commit.escalation is not None
    assert told(commit) == []


def test_it_is_not_said_twice_within_some_hours():
    first = asks_for_a_person()
    closed_case = change(first.escalation, "resolve", at=NIGHT + 1)
    before = msgspec.structs.replace(
        first.conversation, case=Case(closed_case.id, "T3", "human", resolved_at=NIGHT + 1), stack=(), offered=()
    )
    again = run(wrote("hello", NIGHT + 3_600_000, topic="school"), before=before, case=closed_case)
    assert again.escalation.state == "waiting"
    assert told(again) == []
    later = run(wrote("hello", NIGHT + closed.AGAIN_MS, topic="school"), before=before, case=closed_case)
    assert len(told(later)) == 2


def test_somebody_is_called_only_where_that_is_true():
    book = msgspec.structs.replace(BOOK, teams=(TEAM,), people={"noor": Reach("noor@example.org")})
    (calls,) = told(run(wrote(risk=ALARM), desk=presence(book, channels=("email",))))
    assert "I am calling a person" in calls.text
    for desk in (presence(book), presence(BOOK, channels=("email",)), presence(book, channels=("telegram",))):
        assert not any("calling" in one.text for one in told(run(wrote(risk=ALARM), desk=desk)))


def test_the_numbers_of_danger_leave_before_anything_is_said_of_hours():
    commit = run(wrote(risk=ALARM), desk=presence(msgspec.structs.replace(BOOK, teams=(TEAM,))))
    assert commit.deliver[0].outgoing.flow == "t0"
    assert [one.step for one in told(commit)] == ["again"]
    assert commit.announce


def test_a_phone_that_may_be_in_wrong_hands_does_not_light_up():
    before = msgspec.structs.replace(worlds.conversation("idle"), check=CHECK, last_at=NIGHT - 600_000)
    commit = run(TimerFired("t", NIGHT, "check", "check_silence"), before=before)
    assert commit.escalation.level == "T1"
    assert commit.conversation.case.quiet
    assert commit.deliver == ()


@pytest.mark.parametrize("level", ["T0", "T1"])
def test_a_case_in_danger_is_announced_when_it_opens_and_when_it_comes_back(level):
    finding = msgspec.structs.replace(ABUSE, level=level)
    commit = run(wrote(risk=finding))
    assert (commit.announce, commit.escalation.announced) == (True, 0)
    resolved = msgspec.structs.replace(change(commit.escalation, "resolve", at=NIGHT + 1), announced=4, team="gone")
    before = msgspec.structs.replace(
        commit.conversation, case=Case(resolved.id, level, "abuse", resolved_at=NIGHT + 1), stack=(), offered=()
    )
    back = run(wrote("hello", NIGHT + REOPEN_MS, topic="school"), before=before, case=resolved)
    assert (back.announce, back.escalation.announced, back.escalation.state) == (True, 0, "waiting")
    assert back.escalation.team == "harm", "its team is gone, so it goes to the one that fits now"


def test_what_can_wait_is_not_announced_when_it_opens():
    assert not asks_for_a_person().announce


def test_what_the_shell_says_stands_with_the_effects():
    entry = InboxEntry("1", worlds.REF, worlds.CHANNEL, wrote("a person please"))
    before = msgspec.structs.replace(worlds.conversation("idle"), last_at=NIGHT - 60_000)
    computed = compute(entry, Snapshot(before, None), None, Shell(library("ar"), presence=presence()))
    said = [(e.flow, e.step) for e in computed.effects if isinstance(e, fx.SendMessage)]
    assert said[-2:] == [(closed.FLOW, "again"), (closed.FLOW, "numbers")]


@pytest.mark.parametrize(("level", "hour", "expires"), [("T2", 3, False), ("T2", 12, True), ("T1", 3, True)])
def test_a_case_that_can_wait_comes_back_to_the_queue_by_day(level, hour, expires):
    now = at(2026, 11, 27, hour, zone="Europe/Brussels")
    conversation = msgspec.structs.replace(
        worlds.conversation("idle"), case=Case(worlds.CASE, level, "danger", talking=True), last_at=now - 60_000
    )
    case = msgspec.structs.replace(worlds.escalation(worlds.conversation("hidden")), level=level, country="BE")
    case = change(case, "claim", at=now - 48 * 3_600_000, by="anna")
    commit = run(TimerFired("t", now, f"expire:{case.id}", "expire", case.id), before=conversation, case=case)
    if expires:
        assert (commit.escalation.state, [d.outgoing.flow for d in commit.deliver]) == ("waiting", ["handed_back"])
    else:
        assert (commit.escalation, commit.deliver) == (None, ())
        assert [timer.kind for timer in commit.start_timers] == ["expire"]


@pytest.mark.parametrize(("level", "announced"), [("T0", True), ("T1", True), ("T2", False)])
def test_a_case_in_danger_that_is_released_is_announced_at_once(level, announced):
    conversation = msgspec.structs.replace(
        worlds.conversation("idle"), case=Case(worlds.CASE, level, "danger", talking=True), last_at=DAY - 60_000
    )
    case = msgspec.structs.replace(worlds.escalation(worlds.conversation("hidden")), level=level)
    case = change(change(case, "claim", at=DAY - 2, by="anna"), "release", at=DAY - 1)
    commit = run(EscalationHandedBack("h", DAY, case.id), before=conversation, case=case)
    assert (commit.announce, commit.escalation is not None) == (announced, announced)
    assert [timer.kind for timer in commit.start_timers] == ["announce"]
    assert [d.outgoing.flow for d in commit.deliver] == ["handed_back"]
