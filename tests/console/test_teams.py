"""The page of teams: who sees it, who changes it, and each of its forms."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest
from starlette.testclient import TestClient

from bot.console.app import console_app
from bot.notices.state import Failed, State
from bot.people.account import Scope
from bot.teams.keeping import Teams
from bot.teams.team import Reach, Weekly
from tests.console.conftest import PASSWORD, csrf

FIELDS = {"name": "Athens desk", "timezone": "Europe/Athens", "hours": "Mo-Fr 09:00-17:00", "countries": "gr",
          "holidays": "GR", "regions": "", "topics": "", "locales": "el, fa_AF"}  # fmt: skip


class Page:
    """The page, for somebody who is signed in."""

    def __init__(self, world, name) -> None:
        teams, notices = Teams(world.vault), State(world.vault)
        self.client = TestClient(console_app(world.parts(teams=teams, notices=notices)))
        page = self.client.get("/console/sign-in")
        self.client.post("/console/sign-in", data={"csrf": csrf(page), "name": name, "password": PASSWORD})

    def get(self):
        return self.client.get("/console/teams")

    def do(self, verb, **fields):
        token = re.search(r'name="csrf" value="([^"]+)"', self.get().text)[1]
        return self.client.post("/console/teams", data={"csrf": token, "do": verb, **fields})


@pytest.fixture
async def staff(world):
    for name, scope in (("noor", Scope(("caseworker",), (), ("athens-desk",))), ("cor", Scope(("coordinator",))),
                        ("ada", Scope(("administrator",))), ("aud", Scope(("auditor",)))):  # fmt: skip
        await world.accounts.choose_password(await world.accounts.invite(name, scope), PASSWORD)


@pytest.fixture
def cor(world, staff):
    return Page(world, "cor")


async def made(world, cor, **fields):
    assert cor.do("save", **{**FIELDS, **fields}).status_code == 200
    return (await Teams(world.vault).book()).teams[0]


async def test_without_teams_it_says_so(cor):
    page = cor.get()
    assert "There are no teams" in page.text
    assert "Nothing announces cases now" in page.text


async def test_a_team_is_made_changed_and_taken_out(world, cor):
    team = await made(world, cor)
    assert (team.id, team.countries, team.locales) == ("athens-desk", ("GR",), ("el", "fa_AF"))
    page = cor.get().text
    assert page.count("09:00\u201317:00") == 5
    assert "Athens desk" in page
    assert cor.do("save", **FIELDS).status_code == 200
    assert [one.id for one in (await Teams(world.vault).book()).teams] == ["athens-desk", "athens-desk-2"]
    cor.do("save", team="athens-desk", **{**FIELDS, "name": "Greece", "hours": ""})
    team = (await Teams(world.vault).book()).team("athens-desk")
    assert (team.name, team.hours) == ("Greece", "")
    cor.do("remove", team="athens-desk")
    assert [one.id for one in (await Teams(world.vault).book()).teams] == ["athens-desk-2"]
    assert ("cor", "team_changed", "athens-desk", "remove") in world.audit.noted


@pytest.mark.parametrize(("field", "value", "said"), [
    ("hours", "nine to five", "These hours cannot be read"), ("timezone", "Mars", "There is no such time zone"),
    ("holidays", "QQ", "No public holidays are known"), ("name", " ", "Give the team a name"),
])  # fmt: skip
async def test_what_cannot_be_read_is_said_and_changes_nothing(world, cor, field, value, said):
    page = cor.do("save", **{**FIELDS, field: value})
    assert (page.status_code, said in page.text) == (400, True)
    assert (await Teams(world.vault).book()).teams == ()


async def test_holidays_are_switched_and_days_added(world, cor):
    await made(world, cor)
    page = cor.get().text
    days = re.findall(r'name="holiday" value="([\d-]+)"', page)
    assert len(days) >= 10
    assert page.count(" checked") == len(days)
    nearest, others = days[0], days[1:]
    day = (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=40)).isoformat()
    cor.do("days", team="athens-desk", holiday=days, closed=others, closed_on=day)
    team = (await Teams(world.vault).book()).teams[0]
    assert ([str(one) for one in team.open_on], [str(one) for one in team.closed_on]) == ([nearest], [day])
    assert cor.get().text.count(" checked") == len(others)
    assert cor.do("days", team="athens-desk", closed_on="Christmas").status_code == 400
    cor.do("days", team="athens-desk", holiday=days, closed=days)
    assert (await Teams(world.vault).book()).teams[0].open_on == ()


async def test_the_roster(world, cor):
    await made(world, cor)
    now = dt.datetime.now(tz=dt.UTC)
    since, until = (f"{now + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-6, 20))
    cor.do("add_shift", team="athens-desk", who="noor", since=since, until=until)
    cor.do("add_weekly", team="athens-desk", who="cor", hours="17:00-09:00")
    (team,) = (await Teams(world.vault).book()).teams
    assert [shift.who for shift in team.shifts] == ["noor"]
    assert team.on_call == (Weekly("cor", "17:00-09:00"),)
    page = cor.get().text
    assert "no address" in page
    shift = re.search(r'name="shift" value="([^"]+)"', page)[1]
    for wrong in ({"who": "nobody", "since": since, "until": until}, {"who": "noor", "since": until, "until": since},
                  {"who": "noor", "since": "soon", "until": until}):  # fmt: skip
        assert cor.do("add_shift", team="athens-desk", **wrong).status_code == 400
    cor.do("remove_shift", team="athens-desk", shift=shift)
    cor.do("remove_weekly", team="athens-desk", weekly="cor 17:00-09:00")
    (team,) = (await Teams(world.vault).book()).teams
    assert (team.shifts, team.on_call) == ((), ())


async def test_a_secret_is_shown_once(world, cor):
    await made(world, cor)
    page = cor.do("announce", team="athens-desk", webhook="https://hook.example/x", emails="a@b.example, c@d.example",
                  telegram="-100")  # fmt: skip
    announce = (await Teams(world.vault).book()).teams[0].announce
    assert announce.emails == ("a@b.example", "c@d.example")
    assert announce.secret
    assert announce.secret in page.text
    assert announce.secret not in cor.get().text
    cor.do("announce", team="athens-desk", webhook="https://hook.example/x")
    assert (await Teams(world.vault).book()).teams[0].announce.secret == announce.secret
    page = cor.do("announce", team="athens-desk", webhook="https://hook.example/x", renew="1")
    renewed = (await Teams(world.vault).book()).teams[0].announce.secret
    assert renewed != announce.secret
    assert renewed in page.text
    for wrong in ({"webhook": "http://hook.example/x"}, {"emails": "nobody"}, {"telegram": "my group"}):
        assert cor.do("announce", team="athens-desk", **wrong).status_code == 400
    cor.do("announce", emails="all@example.org")
    assert (await Teams(world.vault).book()).everybody.emails == ("all@example.org",)


async def test_how_people_are_paged(world, cor):
    cor.do("reach", who="noor", email="noor@example.org", chat="")
    assert (await Teams(world.vault).book()).people == {"noor": Reach("noor@example.org")}
    assert cor.do("reach", who="gone", email="x@example.org").status_code == 400
    cor.do("reach", who="noor", email="", chat="")
    assert (await Teams(world.vault).book()).people == {}


async def test_who_sees_and_who_changes_it(world, cor):
    await made(world, cor)
    cor.do("reach", who="noor", email="noor@example.org", chat="")
    noor = Page(world, "noor")
    page = noor.get().text
    assert "Athens desk" in page
    assert '<form method="post" action="/console/teams"' not in page
    assert "noor@example.org" not in page
    assert noor.do("remove", team="athens-desk").status_code == 403
    assert len((await Teams(world.vault).book()).teams) == 1
    assert 'action="/console/teams"' in Page(world, "ada").get().text
    assert Page(world, "aud").get().status_code == 403


async def test_what_failed_last_is_shown(world, cor):
    state = State(world.vault)
    await state.failed(Failed("email", 1_800_000_000_000, "SMTPConnectError"))
    await state.say_ready(["email"])
    page = cor.get().text
    assert "The last announcement failed:" in page
    assert "SMTPConnectError" in page
    assert "Nothing announces cases now" not in page
    await state.worked("email")
    assert "The last announcement failed:" not in cor.get().text


async def test_of_two_who_change_at_once_neither_is_lost(world, cor):
    await made(world, cor)
    teams = Teams(world.vault)
    real, first = world.vault.swap, []

    async def swap(key, expected, value):
        if key == "teams" and not first:
            first.append(True)
            await teams.change(lambda book: msgspec.structs.replace(book, people={"cor": Reach("c@d.example")}))
        return await real(key, expected, value)

    world.vault.swap = swap
    cor.do("save", team="athens-desk", **{**FIELDS, "name": "Greece"})
    book = await teams.book()
    assert (book.teams[0].name, list(book.people)) == ("Greece", ["cor"])


async def test_a_form_of_nobody_and_an_unknown_verb_change_nothing(world, cor):
    assert cor.do("burn").status_code == 400
    assert cor.do("remove", team="gone").status_code == 400
    assert cor.client.post("/console/teams", data={"do": "save", **FIELDS}).status_code == 403
    assert (await Teams(world.vault).book()).teams == ()
