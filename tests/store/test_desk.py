"""The queue on the real server, against the rules of ``core.escalation``."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.core.escalation import change
from bot.core.events import CaseworkerReplied, EscalationHandedBack, EscalationResolved, EscalationTaken
from bot.errors import ConflictError, NotAllowedError, UnavailableError
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = pytest.mark.redis


async def test_the_queue_is_ranked_and_closed_to_the_accused(store, clock):
    made = {}
    for address, level in [("1", "T2"), ("2", "T0"), ("3", "T1")]:
        made[level] = (await m.open_case(store, clock, address, level=level))[1].id
    secret = (await m.open_case(store, clock, "4", level="T0", excluded=("anna",)))[1].id
    assert [row.id for row in await Hands(store, clock).queue("anna")] == [made["T0"], made["T1"], made["T2"]]
    assert secret in [row.id for row in await Hands(store, clock).queue("ben")]
    assert await Hands(store, clock).get(secret, "anna") is None
    with pytest.raises(NotAllowedError):
        await Hands(store, clock).claim(secret, "anna")
    assert await Hands(store, clock).get("nothing", "anna") is None


async def test_of_many_who_claim_at_once_one_has_it(store, clock):
    _, case = await m.open_case(store, clock)
    names = [f"worker{n}" for n in range(8)]
    claims = [Hands(store, clock).claim(case.id, name) for name in names]
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    won = [name for name, outcome in zip(names, outcomes, strict=True) if outcome is None]
    assert len(won) == 1
    assert all(isinstance(o, ConflictError | NotAllowedError) for o in outcomes if o is not None)
    (row,) = await Hands(store, clock).queue(won[0])
    assert (row.owner, row.state) == (won[0], "assigned")
    taken = [e.event for _, e in await m.read_all(store) if isinstance(e.event, EscalationTaken)]
    assert [event.caseworker for event in taken] == won


async def test_every_verb_tells_the_conversation_and_the_audit(store, clock):
    partition, case = await m.open_case(store, clock)
    desk, id_ = Hands(store, clock), case.id
    await desk.claim(id_, "anna")
    reply = await desk.reply(id_, "anna", "I am here.", key="k1")
    assert await desk.reply(id_, "anna", "I am here.", key="k1") == reply
    await desk.hand_back(id_, "anna", 3_600_000)
    snoozed = await partition.escalation(id_)
    assert (snoozed.state, snoozed.assignee) == ("snoozed", "anna")
    assert snoozed.snoozed_until > clock.now()
    await store.client.do(
        "HSET", partition.key("esc"), id_, msgspec.json.encode(change(snoozed, "wake", at=clock.now()))
    )
    await desk.transfer(id_, "anna", "ben")
    await desk.lower_level(id_, "ben", "T3", "It was a mistake.")
    await desk.release(id_, "ben")
    await desk.claim(id_, "anna")
    await desk.resolve(id_, "anna", "Done.")
    events = [type(e.event) for _, e in await m.read_all(store)]
    assert events == [
        EscalationTaken, CaseworkerReplied, EscalationHandedBack, EscalationTaken,
        EscalationHandedBack, EscalationTaken, EscalationResolved,
    ]  # fmt: skip
    audit = list(reversed(await store.audit.find()))
    assert [entry.verb for entry in audit] == [
        "claim", "reply", "hand_back", "transfer", "lower_level", "release", "claim", "resolve",
    ]  # fmt: skip
    assert not any("mistake" in str(entry) for entry in audit)
    assert [row.unseen[0].act for row in await desk.queue("carla")] == ["lower_level"]
    assert (await desk.get(id_, "anna")).actions == ["note", "label", "check", "link", "export", "follow_up", "review"]


async def test_only_who_has_the_case_may_work_on_it(store, clock):
    _, case = await m.open_case(store, clock)
    desk = Hands(store, clock)
    await desk.claim(case.id, "anna")
    for verb in (
        desk.reply(case.id, "ben", "no", key="x"), desk.release(case.id, "ben"), desk.hand_back(case.id, "ben", 1000),
        desk.transfer(case.id, "ben", "ben"), desk.lower_level(case.id, "ben", "T3", "no"),
        desk.resolve(case.id, "ben", "no"), desk.lower_level(case.id, "anna", "T0", "up"),
        desk.transfer("nothing", "anna", "ben"),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            await verb
    case_now = await desk.get(case.id, "anna")
    assert (case_now.row.level, case_now.row.owner) == ("T1", "anna")
    owners = {"reply", "send_flow", "hand_back", "release", "transfer", "resolve", "lower_level"}
    assert owners <= set(case_now.actions)
    assert not owners & set((await desk.get(case.id, "ben")).actions)


async def test_a_case_is_closed_to_whoever_is_accused_even_if_they_have_it(store, clock):
    partition, case = await m.open_case(store, clock)
    desk = Hands(store, clock)
    await desk.claim(case.id, "anna")
    await desk.exclude(case.id, "ben", "anna", "The child names her.")
    after = await partition.escalation(case.id)
    assert (after.state, after.assignee, after.excluded) == ("waiting", "", ("anna",))
    assert await desk.get(case.id, "anna") is None
    assert await desk.queue("anna") == []
    for verb in (desk.claim(case.id, "anna"), desk.exclude(case.id, "ben", "anna", "again")):
        with pytest.raises(NotAllowedError):
            await verb
    events = [e.event for _, e in await m.read_all(store)]
    assert isinstance(events[-1], EscalationHandedBack)
    await desk.claim(case.id, "ben")
    with pytest.raises(NotAllowedError):
        await desk.transfer(case.id, "ben", "anna")


@pytest.mark.parametrize("verb", ["", "reply", "snooze"])
async def test_a_case_is_taken_over_from_who_has_left(store, clock, verb):
    partition, case = await m.open_case(store, clock)
    desk = Hands(store, clock)
    with pytest.raises(NotAllowedError):
        await desk.take_over(case.id, "ben", "")
    await desk.claim(case.id, "anna")
    if verb == "reply":
        await desk.reply(case.id, "anna", "Hello", key="k")
    elif verb:
        await desk.hand_back(case.id, "anna", 1000)
    with pytest.raises(NotAllowedError):
        await desk.take_over(case.id, "ben", "carla")
    await desk.take_over(case.id, "ben", "anna")
    after = await partition.escalation(case.id)
    assert (after.state, after.assignee, after.snoozed_until) == ("assigned", "ben", 0)
    event = (await m.read_all(store))[-1][1].event
    assert (type(event), event.caseworker) == (EscalationTaken, "ben")
    (last,) = await store.audit.find(limit=1)
    assert (last.verb, last.by) == ("take_over", "ben")


async def test_a_case_that_was_announced_again_says_so_in_the_queue(store, clock):
    partition, case = await m.open_case(store, clock)
    again = msgspec.structs.replace(case, announced=2, revision=2)
    await store.client.do("HSET", partition.key("esc"), case.id, msgspec.json.encode(again))
    await store.projector.rebuild()
    (row,) = await Hands(store, clock).queue("anna")
    assert row.announced == 2


async def test_a_case_is_never_given_to_the_accused(store, clock):
    _, case = await m.open_case(store, clock, excluded=("ben",))
    await Hands(store, clock).claim(case.id, "anna")
    with pytest.raises(NotAllowedError):
        await Hands(store, clock).transfer(case.id, "anna", "ben")


async def test_a_reply_gets_through_while_the_contact_writes(store, clock):
    partition, case = await m.open_case(store, clock)
    desk = Hands(store, clock)
    await desk.claim(case.id, "anna")
    read, calls = store.escalations.one, []

    async def overtaken(id_):
        found = await read(id_)
        if not calls:
            calls.append(1)
            newer = change(found, "contact_wrote", at=clock.now())
            await store.client.do("HSET", partition.key("esc"), id_, msgspec.json.encode(newer))
        return found

    store.escalations.one = overtaken
    await desk.reply(case.id, "anna", "Hello", key="k")
    assert (await partition.escalation(case.id)).state == "answered"


async def test_the_log_starts_with_what_was_said_before(store, clock):
    await m.write(store, clock, text="what is a guardian?")
    partition, entry = await m.read_one(store)
    lines = (
        m.Line(clock.now(), "contact", "what is a guardian?"),
        m.Line(clock.now(), "bot", "A grown-up who stands up for you."),
    )
    await partition.commit([m.turn(entry, lines=lines)])
    _, case = await m.open_case(store, clock, text="he hits me")
    shown = (await Hands(store, clock).get(case.id, "anna")).entries
    assert [(e.who, e.text) for e in shown] == [
        ("contact", "what is a guardian?"),
        ("bot", "A grown-up who stands up for you."),
        ("contact", "he hits me"),
    ]


async def test_changes_are_heard_at_once(store, clock):
    heard = asyncio.create_task(anext(store.escalations.changes()))
    await asyncio.sleep(0.05)
    _, case = await m.open_case(store, clock)
    assert await asyncio.wait_for(heard, 2) == case.id


async def test_changes_end_when_the_store_is_away(store):
    heard = asyncio.create_task(anext(store.escalations.changes()))
    await asyncio.sleep(0.05)
    store.wakes._tell("ucare:case", None)
    with pytest.raises(UnavailableError):
        await asyncio.wait_for(heard, 2)


async def test_the_index_built_anew_equals_the_live_one(store, clock):
    ids = [(await m.open_case(store, clock, str(n), level=f"T{n % 4}"))[1].id for n in range(6)]
    await Hands(store, clock).claim(ids[0], "anna")
    await Hands(store, clock).claim(ids[1], "anna")
    await Hands(store, clock).resolve(ids[1], "anna", "done")
    live = {one.id: one for one in await store.projector.index()}
    await store.client.do(
        "HSET", "{queue}:index", "ghost-1", msgspec.json.encode(msgspec.structs.replace(live[ids[0]], id="ghost-1"))
    )
    await store.client.do("HDEL", "{queue}:index", ids[2])
    assert await store.projector.rebuild() == 6
    assert {one.id: one for one in await store.projector.index()} == live
    assert await store.projector.catch_up() == 0


async def test_an_older_change_never_replaces_a_newer_one(store, clock):
    _, case = await m.open_case(store, clock)
    await Hands(store, clock).claim(case.id, "anna")
    await store.projector.catch_up()
    old = [["{queue}:index", "{queue}:gone:x"], [case.id, 1, msgspec.json.encode(case)]]
    assert await store.client.script("project", *old) == 0
    (one,) = await store.projector.index()
    assert one.assignee == "anna"
    await asyncio.gather(*(store.projector.catch_up() for _ in range(5)))
    assert await store.projector.index() == [one]


async def test_a_damaged_record_does_not_hide_the_others(store, clock):
    partition, case = await m.open_case(store, clock)
    await store.client.do("HSET", partition.key("esc"), "bad-1", b"{")
    await store.client.do("XADD", partition.key("changes"), "*", "id", "bad-1")
    await store.client.do("HSET", "{queue}:index", "bad-2", b"{")
    assert [row.id for row in await Hands(store, clock).queue("anna")] == [case.id]
    assert await store.projector.rebuild() == 2
    assert [row.id for row in await Hands(store, clock).queue("anna")] == [case.id]
