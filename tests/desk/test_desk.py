"""The desk: roles, scope, accusation, second people, and what the audit is told."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.acts import claim, close, file, leave, second, speak
from bot.core.people import ROLES, Viewer
from bot.desk.desk import Desk
from bot.desk.filters import FIELDS, Filter, matches
from bot.desk.shared import Shared
from bot.errors import NotAllowedError
from bot.ports.partitions import Line
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations

ANNA, BEN = Viewer("anna"), Viewer("ben", countries=("GR",))
LEAD = Viewer("lea", frozenset({"lead"}))
COORDINATOR = Viewer("cor", frozenset({"coordinator"}))
ADMINISTRATOR = Viewer("adm", frozenset({"administrator", "auditor", "editor"}))


class Staff:
    def __init__(self, *people: Viewer) -> None:
        self.people = people
        self.there = frozenset(one.name for one in people)

    async def viewers(self):
        return self.people

    async def on_duty(self):
        return self.there


class World:
    def __init__(self, *people: Viewer) -> None:
        self.store, self.audit = MemoryEscalations(), MemoryAudit()
        self.staff = Staff(*(people or (ANNA, BEN, LEAD, COORDINATOR, ADMINISTRATOR)))
        self.desk = Desk(self.store, self.staff, self.audit, Clock(), sendable=lambda _case, _locale: [("a", "A")])


@pytest.fixture
async def world():
    world = World()
    await world.store.open("gr", "T1", "Red Fox", Line(1, "contact", "help"), country="GR", topic="abuse")
    await world.store.open("be", "T2", "Blue Owl", country="BE", team="brussels", ref="other")
    return world


async def ids(world, viewer, **wanted):
    return [row.id for row in await world.desk.queue(viewer, Filter(**wanted))]


async def test_each_sees_what_their_role_and_scope_allow(world):
    assert await ids(world, ANNA) == ["gr", "be"]
    assert await ids(world, BEN) == ["gr"]
    assert await ids(world, COORDINATOR) == ["gr", "be"]
    assert await ids(world, ADMINISTRATOR) == []
    assert await ids(world, Viewer("x", teams=("athens",))) == ["gr"]
    assert await world.desk.case(BEN, "be") is None
    assert await world.desk.case(COORDINATOR, "gr") is None
    assert await world.desk.case(ADMINISTRATOR, "gr") is None
    assert [entry.text for entry in (await world.desk.case(ANNA, "gr")).entries] == ["help"]


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_but_two_reads_or_writes(world, role):
    viewer = Viewer("anna", frozenset({role}))
    may = role in {"caseworker", "lead"}
    assert (await world.desk.case(viewer, "gr") is not None) == may
    for act in (claim.Claim(), speak.Reply("hello"), speak.Note("note"), second.Export("why")):
        if may:
            await world.desk.act(viewer, "gr", act)
        else:
            with pytest.raises(NotAllowedError):
                await world.desk.act(viewer, "gr", act)


async def test_filters_narrow(world):
    assert await ids(world, ANNA, country="BE") == ["be"]
    assert await ids(world, ANNA, level="T1", topic="abuse") == ["gr"]
    assert await ids(world, ANNA, owner="nobody", team="brussels") == ["be"]
    await world.desk.act(ANNA, "gr", claim.Claim())
    await world.desk.act(ANNA, "gr", file.Label("school"))
    assert await ids(world, ANNA, owner="me") == await ids(world, BEN, owner="anna") == ["gr"]
    assert await ids(world, ANNA, label="school") == ["gr"]
    row = (await world.desk.queue(ANNA))[0]
    for name in FIELDS:
        assert not matches(row, Filter(**{name: "else"}), "anna")
    assert Filter.of({"country": "GR", "other": "x"}).query() == {"country": "GR"}


async def test_who_may_be_given_a_case(world):
    await world.desk.act(COORDINATOR, "be", claim.Assign("anna"))
    assert world.store.cases["be"].assignee == "anna"
    for to in ("ben", "cor", "ghost"):  # out of scope, no role, no account
        with pytest.raises(NotAllowedError):
            await world.desk.act(ANNA, "be", leave.Transfer(to))
    with pytest.raises(NotAllowedError):
        await world.desk.act(ANNA, "gr", claim.Assign("ben"))


async def test_a_second_person_is_somebody_there_who_may_see_it(world):
    await world.desk.act(ANNA, "gr", claim.Claim())
    await world.desk.act(ANNA, "gr", close.Resolve("referred", "Police."))
    assert world.store.cases["gr"].state == "assigned"
    await world.desk.act(BEN, "gr", second.Confirm("resolve"))
    assert world.store.cases["gr"].state == "resolved"


async def test_who_is_alone_acts_and_the_next_reviews():
    world = World(ANNA, BEN, COORDINATOR)
    await world.store.open("gr", "T0", "Red Fox", country="GR")
    world.staff.there = frozenset({"anna", "cor"})
    await world.desk.act(ANNA, "gr", claim.Claim())
    await world.desk.act(ANNA, "gr", close.Resolve("referred", "Police."))
    assert world.store.cases["gr"].state == "resolved"
    assert await ids(world, ANNA) == []
    assert await ids(world, BEN) == ["gr"]
    await world.desk.act(BEN, "gr", second.Review("resolve"))
    assert await ids(world, BEN) == []


async def test_the_accused_knows_nothing_and_cannot_be_the_second(world):
    alone = World(ANNA)
    await alone.store.open("gr", "T1", "Red Fox")
    with pytest.raises(NotAllowedError, match="Nobody would be left"):
        await alone.desk.act(ANNA, "gr", close.Exclude("anna", "why"))
    await world.desk.act(ANNA, "gr", close.Exclude("ben", "The child names him."))
    assert await ids(world, BEN) == []
    assert await world.desk.case(BEN, "gr") is None
    for act in (claim.Claim(), speak.Note("x"), second.Confirm("resolve")):
        with pytest.raises(NotAllowedError, match="no such case"):
            await world.desk.act(BEN, "gr", act)


async def test_a_lead_reads_along_and_whispers(world):
    await world.desk.act(ANNA, "gr", claim.Claim())
    await world.desk.act(LEAD, "gr", speak.Note("Ask about the guardian first."))
    case = await world.desk.case(ANNA, "gr")
    whispers = [entry for entry in case.entries if entry.whisper]
    assert [(entry.by, entry.who, entry.text) for entry in whispers] == [
        ("lea", "note", "Ask about the guardian first.")
    ]
    with pytest.raises(NotAllowedError):
        await world.desk.act(LEAD, "gr", speak.Reply("Hello"))
    await world.desk.act(LEAD, "gr", leave.TakeOver("anna"))
    assert world.store.cases["gr"].assignee == "lea"


async def test_a_case_is_taken_from_who_has_left_alone(world):
    await world.desk.act(ANNA, "gr", claim.Claim())
    with pytest.raises(NotAllowedError):
        await world.desk.act(BEN, "gr", leave.TakeOver("anna"))
    world.staff.people = (BEN,)
    assert (await world.desk.case(BEN, "gr")).left_behind
    await world.desk.act(BEN, "gr", leave.TakeOver("anna"))
    assert world.store.cases["gr"].assignee == "ben"


async def test_reading_revealing_and_exporting_are_written_down(world):
    await world.desk.case(ANNA, "gr")
    await world.desk.case(ANNA, "gr")
    await world.desk.case(BEN, "gr")
    assert [(by, verb, what) for by, verb, what, _ in world.audit.noted] == [
        ("anna", "read", "gr"),
        ("ben", "read", "gr"),
    ]
    await world.store.open("t0", "T0", "Grey Owl", country="GR", ref="third")
    await world.desk.act(ANNA, "t0", claim.Claim())
    with pytest.raises(NotAllowedError):
        await world.desk.reveal(BEN, "t0", "why")
    assert await world.desk.reveal(ANNA, "t0", "She does not answer.") == "telegram:42"
    assert [row.unseen[0].act for row in await world.desk.queue(BEN, Filter(level="T0"))] == ["reveal"]
    with pytest.raises(NotAllowedError, match="second person"):
        await world.desk.export(ANNA, "gr")
    await world.desk.act(ANNA, "gr", second.Export("The court asks."))
    await world.desk.act(BEN, "gr", second.Confirm("export"))
    assert b'"help"' in await world.desk.export(ANNA, "gr")
    assert ("anna", "fetch_export", "gr", "") in world.audit.noted


async def test_only_cases_of_the_same_contact_are_linked(world):
    await world.store.open("gr2", "T3", "Red Fox Two", country="GR")
    assert [row.id for row in (await world.desk.case(ANNA, "gr")).others] == ["gr2"]
    await world.desk.act(ANNA, "gr", file.Link("gr2"))
    assert [row.id for row in (await world.desk.case(ANNA, "gr")).linked] == ["gr2"]
    for other in ("be", "ghost"):
        with pytest.raises(NotAllowedError):
            await world.desk.act(ANNA, "gr", file.Link(other))


async def test_only_flows_that_may_be_sent_are_sent(world):
    await world.desk.act(ANNA, "gr", claim.Claim())
    await world.desk.act(ANNA, "gr", speak.SendFlow("a"), key="k")
    await world.desk.act(ANNA, "gr", speak.SendFlow("a"), key="k")
    assert [line.kind for line in world.store.logs["gr"]] == ["text", "flow"]
    with pytest.raises(NotAllowedError):
        await world.desk.act(ANNA, "gr", speak.SendFlow("hidden"))


async def test_readers_share_a_reading_that_began_after_they_asked():
    begun = 0

    async def read():
        nonlocal begun
        begun += 1
        mine = begun
        await asyncio.sleep(0.01)
        return mine

    shared = Shared(read)
    first = asyncio.create_task(shared.get())
    await asyncio.sleep(0.005)
    later = await asyncio.gather(*(shared.get() for _ in range(50)))
    assert (await first, set(later), begun) == (1, {2}, 2)
    assert await shared.get() == 3


async def test_a_machine_never_closes_a_serious_case_alone(world):
    machine = Viewer("api:files", frozenset({"lead"}), machine=True)
    world.staff.there = frozenset()
    acted = await world.desk.act(machine, "gr", close.Resolve("referred", "Police."))
    assert acted.escalation.state == "waiting"
    assert [look.act for look in acted.escalation.asked] == ["resolve"]
    alone = await world.desk.act(LEAD, "gr", close.Resolve("referred", "Police."))  # a person may, and it is reviewed
    assert alone.escalation.state == "resolved"


async def test_whoever_gives_a_serious_case_away_says_what_comes_next(world):
    await world.desk.act(ANNA, "gr", claim.Claim())
    for act in (leave.Release(), leave.Transfer("ben"), leave.Release("  ")):
        with pytest.raises(NotAllowedError, match="hand-over summary"):
            await world.desk.act(ANNA, "gr", act)
    await world.desk.act(ANNA, "gr", file.FollowUp(Clock().now() + 1000))
    given = await world.desk.act(ANNA, "gr", leave.Transfer("ben", summary="He is safe until six."))
    assert (given.escalation.assignee, given.escalation.follow_up_by) == ("ben", "ben")


async def test_whom_a_note_mentions_finds_it_until_they_look(world):
    await world.desk.act(ANNA, "gr", speak.Note("@ben please look, @anna too"))
    assert await ids(world, BEN, owner="mentions") == ["gr"]
    assert await ids(world, ANNA, owner="mentions") == []
    assert [row.mentioned for row in await world.desk.queue(BEN)] == [True]
    await world.desk.act(BEN, "gr", speak.Seen())
    assert await ids(world, BEN, owner="mentions") == []
