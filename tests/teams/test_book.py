"""Which team a case goes to, who is on call, and how the book is kept."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from bot.errors import ConflictError, StoreError
from bot.teams.book import Book
from bot.teams.keeping import KEY, Teams
from bot.teams.team import Announce, Reach, Shift, Team, Weekly
from tests.console.memory import MemoryVault
from tests.teams.test_opening import at

GREECE = Team("greece", "Greece", countries=("GR",), timezone="Europe/Athens", hours="Mo-Fr 09:00-17:00",
              on_call=(Weekly("noor", "17:00-09:00"), Weekly("sam", "Sa-Su 09:00-17:00")),
              shifts=(Shift("ada", at(2026, 12, 24, 18), at(2026, 12, 25, 8)),))  # fmt: skip
BOOK = Book((
    GREECE,
    Team("harm", "Self-harm", topics=("self_harm", "abuse")),
    Team("harm-gr", "Self-harm in Greece", topics=("self_harm",), countries=("GR",)),
    Team("dari", "Dari", locales=("fa_AF",), countries=("GR", "BE")),
    Team("bavaria", "Bavaria", countries=("DE",), regions=("DE-BY",)),
))  # fmt: skip


@pytest.mark.parametrize(("case", "team"), [
    (("GR", "", "school", "en"), "greece"),
    (("GR", "", "school", "fa_AF"), "dari"),
    (("GR", "", "self_harm", "en"), "harm-gr"),
    (("GR", "", "self_harm", "fa_AF"), "harm-gr"),
    (("", "", "abuse", "en"), "harm"),
    (("DE", "DE-BY", "school", "de"), "bavaria"),
    (("DE", "DE-BE", "school", "de"), ""),
    (("", "", "school", ""), ""),
])  # fmt: skip
def test_the_most_specific_team_gets_a_case(case, team):
    assert BOOK.route(*case) == team
    assert Book().route(*case) == ""


def test_with_the_same_weight_the_first_of_the_book_gets_it():
    first, second = Team("a", "A", countries=("BE",)), Team("b", "B", countries=("BE", "DE"))
    assert Book((first, second)).route("BE", "", "school", "nl") == "a"
    assert Book((second, first)).route("BE", "", "school", "nl") == "b"


def test_who_is_on_call():
    assert BOOK.on_call("greece", at(2026, 11, 25, 12)) == ()
    assert BOOK.on_call("greece", at(2026, 11, 25, 3)) == ("noor",)
    assert BOOK.on_call("greece", at(2026, 11, 28, 12)) == ("sam",)
    assert BOOK.on_call("greece", at(2026, 12, 24, 18)) == ("ada", "noor")
    assert BOOK.on_call("greece", at(2026, 12, 25, 8)) == ("noor",)
    assert BOOK.on_call("", at(2026, 11, 25, 3)) == ("noor",)


def test_a_case_without_a_team_waits_for_whoever_is_there_first():
    friday_night = at(2026, 11, 27, 20)
    late = msgspec.structs.replace(GREECE, id="late", hours="Sa 10:00-12:00")
    when, team = Book((GREECE, late)).next_opening("", friday_night)
    assert (when, team.id) == (at(2026, 11, 28, 10), "late")
    assert Book((GREECE, late)).next_opening("greece", friday_night) == (at(2026, 11, 30, 9), GREECE)
    assert Book((GREECE, late)).next_opening("gone", friday_night)[1].id == "late"
    assert Book().next_opening("", friday_night) is None


async def test_the_book_is_kept_whole():
    vault = MemoryVault()
    assert await Teams(vault).book() == Book()
    kept = Book((GREECE,), {"noor": Reach("noor@example.org", "123")}, Announce(emails=("all@example.org",)))
    assert await Teams(vault).change(lambda _: kept) == kept
    assert await Teams(vault).book() == kept
    closed = msgspec.structs.replace(GREECE, closed_on=(dt.date(2026, 12, 24),))
    await Teams(vault).change(lambda book: msgspec.structs.replace(book, teams=(closed,)))
    assert (await Teams(vault).book()).teams == (closed,)


async def test_of_two_who_change_at_once_neither_is_lost():
    vault = MemoryVault()
    teams = Teams(vault)
    await teams.change(lambda _: Book((GREECE,)))
    added = []

    def step(book):
        if not added:  # somebody else is faster, once
            added.append(True)
            vault.kept[KEY] = msgspec.json.encode(Book((*book.teams, Team("other", "Other"))))
        return msgspec.structs.replace(book, people={"noor": Reach("n@example.org")})

    after = await teams.change(step)
    assert ([team.id for team in after.teams], list(after.people)) == (["greece", "other"], ["noor"])

    def always(book):
        vault.kept[KEY] = msgspec.json.encode(msgspec.structs.replace(book, everybody=Announce(str(len(added)))))
        added.append(True)
        return book

    with pytest.raises(ConflictError):
        await teams.change(always)


@pytest.mark.parametrize("kept", [b"{", msgspec.json.encode(Book(version=99)),
                                  msgspec.json.encode(Book((Team("x", "X", hours="never"),))),
                                  msgspec.json.encode(Book((Team("x", "X", timezone="Mars/Base"),)))])  # fmt: skip
async def test_a_book_that_cannot_be_read_is_an_error_and_no_empty_book(kept):
    vault = MemoryVault()
    vault.kept[KEY] = kept
    with pytest.raises(StoreError):
        await Teams(vault).book()


async def test_a_webhook_that_stays_keeps_its_secret():
    teams = Teams(MemoryVault())

    def book(address):
        return Book((msgspec.structs.replace(GREECE, announce=Announce(webhook=address, secret="typed")),))

    made = await teams.replace(book("https://a.example/hook"))
    secret = (await teams.book()).teams[0].announce.secret
    assert made == {"https://a.example/hook": secret}
    assert secret.startswith("whsec_")
    assert await teams.replace(book("https://a.example/hook")) == {}
    assert (await teams.book()).teams[0].announce.secret == secret
    assert list(await teams.replace(book("https://b.example/hook"))) == ["https://b.example/hook"]
    assert (await teams.book()).teams[0].announce.secret not in {secret, "typed"}
    await teams.replace(book(""))
    assert (await teams.book()).teams[0].announce.secret == ""
