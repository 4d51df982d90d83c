"""Erasure, retention, mailboxes and the vault: what is left of a contact, on the real server."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import msgspec
import pytest

from bot.core.conversation import Recent
from bot.core.events import ContactBlocked, MessageReceived, TimerFired
from bot.errors import SealError
from bot.ports.channels import Outgoing, RenderedButton
from bot.ports.partitions import Deliver, Line, Timer
from bot.store import LocalServer
from bot.store.client import Client
from bot.store.retention import DAY, HOUR, Retention
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = pytest.mark.redis
FILES = 3
"""The base, the increments since, and the list of both."""
ADDRESS, WORDS = "+30 690 1234567", "my very own words"


def pieces(value):
    if isinstance(value, dict):
        value = [each for pair in value.items() for each in pair]
    if isinstance(value, list | tuple):
        for each in value:
            yield from pieces(each)
    else:
        yield value if isinstance(value, bytes) else str(value).encode()


def opened(value, sealer, ref) -> bytes:
    """Return what a value holds, with all that the keyring can open opened."""
    found = []
    for piece in pieces(value):
        found.append(piece)
        for purpose in ("conversation", "event", "address", "deliver", "lines", "box"):
            for sealed in (piece, piece[13:]):
                try:
                    found.append(sealer.open(sealed, purpose=f"{purpose} {ref}"))
                except SealError:
                    continue
    return b"\x00".join(found)


async def walk(client, sealer, ref) -> bytes:
    """Return everything that Redis holds, opened."""
    found = []
    for name in await client.do("KEYS", "*"):
        kind = (await client.do("TYPE", name)).decode()
        commands = {
            "string": ("GET", name), "hash": ("HGETALL", name), "list": ("LRANGE", name, 0, -1),
            "zset": ("ZRANGE", name, 0, -1), "stream": ("XRANGE", name, "-", "+"),
        }  # fmt: skip
        found += [name, opened(await client.do(*commands[kind]), sealer, ref)]
    return b"\x00".join(found)


async def live(store, clock, *, level="T2"):
    """Let a contact leave a trace in every kind of record; return the partition, the case and the reference."""
    ref = await m.write(store, clock, ADDRESS, WORDS, message="their-id")
    partition, entry = await m.read_one(store)
    case = m.case_of(entry, partition, level=level)
    lines = (Line(entry.event.at, "contact", WORDS), Line(entry.event.at, "bot", "answer to " + WORDS))
    kept = m.conversation(entry, case=m.Case(case.id, level, "abuse"), slots={"said": WORDS})
    timers = (Timer("silence", "check_silence", clock.now() + HOUR), Timer("soon", "wake", clock.now() - 1))
    commit = m.turn(entry, "answer to " + WORDS, conversation=kept, escalation=case, lines=lines, start_timers=timers)
    await partition.commit([commit])
    await m.settle_all(store)
    await Hands(store, clock).claim(case.id, "anna")
    await Hands(store, clock).reply(case.id, "anna", "caseworker: " + WORDS, key="k")
    await Hands(store, clock).lower_level(case.id, "anna", "T3", "reason: " + WORDS) if level == "T2" else None
    for _, entry in await m.read_all(store):
        deliver = ()
        if getattr(entry.event, "reply", ""):
            outgoing = Outgoing("caseworker: " + WORDS, who="caseworker")
            deliver = (Deliver("message", outgoing, reply=entry.event.reply, escalation=case.id),)
        await partition.commit([m.turn(entry, conversation=kept, deliver=deliver)])
    await m.settle_all(store)
    await m.write(store, clock, ADDRESS, "poison " + WORDS)
    ((_, entry),) = await m.read_all(store)
    await partition.set_aside(entry, "ValueError")
    ((_, entry),) = await m.read_all(store)
    dead, parked, waiting = (Deliver("message", Outgoing(f"{n} {WORDS}")) for n in ("dead", "parked", "waiting"))
    await partition.commit([m.turn(entry, conversation=kept, deliver=(dead, parked, waiting))])
    parcels = await store.outbox.read(10, 0.1)
    await store.outbox.fail(parcels[0], "gone")
    await store.outbox.settle(parcels[1], ["invitation"], invited=True)
    await partition.fire_timers(clock.now())
    return partition, case, ref


async def rewritten(store, server, target: Path) -> LocalServer:
    """Wait for the rewrite of the append-only file, and start a server from a copy of what is in its folder."""
    folder = server.folder / "appendonlydir"
    for _ in range(200):
        info = await store.client.do("INFO", "persistence")
        busy = int(info["aof_rewrite_in_progress"]) or int(info["aof_rewrite_scheduled"])
        if not busy and len(list(folder.iterdir())) == FILES:
            break
        await asyncio.sleep(0.05)
    shutil.copytree(folder, target / "appendonlydir")
    return LocalServer(target)


async def test_after_erasure_nothing_of_the_contact_is_left(store, server, sealer, clock, tmp_path):
    partition, case, ref = await live(store, clock)
    before = await walk(store.client, sealer, ref)
    for trace in (ADDRESS, WORDS, ref, "their-id", "caseworker: ", "poison", "dead", "parked", "waiting", "reason"):
        assert trace.encode() in before, trace
    await m.write(store, clock, ADDRESS, "delete my data")
    *earlier, (_, entry) = await m.read_all(store)
    for _, each in earlier:  # the timer that fired
        await partition.commit([m.turn(each)])
    farewell = (Deliver("delete"), Deliver("message", Outgoing("All is deleted.")))
    assert await partition.commit(
        [m.turn(entry, conversation=None, deliver=farewell, erase=True, drop_waiting=True)]
    ) == ["done"]
    delete, last = await store.outbox.read(10, 0.1)
    assert (delete.address, last.address) == (ADDRESS, ADDRESS)
    assert "their-id" in delete.messages
    for parcel in (delete, last):
        await store.outbox.settle(parcel, ["new-id"])
    await store.projector.catch_up()
    assert await Hands(store, clock).get(case.id, "anna") is None
    after = await walk(store.client, sealer, ref)
    for trace in (ADDRESS, WORDS, ref, "their-id", "new-id", "caseworker: ", case.pseudonym):
        assert trace.encode() not in after, trace
    clock.forward(10_000)
    await partition.purge(clock.now())
    copy = await rewritten(store, server, tmp_path / "copy")
    raw = b"".join(path.read_bytes() for path in (copy.folder / "appendonlydir").iterdir())
    async with copy:
        client = Client(copy.url)
        kept = await walk(client, sealer, ref)
        await client.close()
    for where in (kept, raw):
        assert partition.key("audit").encode() in where
        for trace in (ADDRESS, WORDS, ref, "their-id", "new-id", "caseworker: ", case.pseudonym):
            assert trace.encode() not in where, trace
    names = set(await store.client.do("KEYS", f"{{p{partition.number}}}:*"))
    assert {n.decode().split(":", 1)[1] for n in names} <= {
        "lease", "outlease", "inbox", "audit", "changes", "urgent", "out", "purge", "aside", "dead", "timers",
    }  # fmt: skip


async def test_an_open_case_in_danger_stays_and_everything_else_goes(store, sealer, clock):
    partition, case, ref = await live(store, clock, level="T0")
    await m.write(store, clock, ADDRESS, "delete my data")
    entry = (await m.read_all(store))[-1][1]
    stays = m.conversation(entry, case=m.Case(case.id, "T0", "abuse"))
    await partition.commit([m.turn(entry, conversation=stays, erase=True, keep_escalation=case.id)])
    shown = await Hands(store, clock).get(case.id, "anna")
    assert WORDS in [e.text for e in shown.entries]
    kept = {n.decode().split(":", 1)[1] for n in await store.client.do("KEYS", f"*{ref}*")}
    assert kept == {f"c:{ref}", *(f"{name}:{case.id}" for name in ("log", "status"))}
    assert (await partition.load([ref]))[ref].conversation == stays
    assert ADDRESS.encode() in await walk(store.client, sealer, ref)
    assert ADDRESS.encode() not in b"".join(pieces(await store.client.do("HGETALL", f"{partition.key('c', ref)}")))
    await Hands(store, clock).reply(case.id, "anna", "I am still here.", key="after")
    entry = (await m.read_all(store))[-1][1]
    words = Deliver("message", Outgoing("I am still here."), reply=entry.event.reply, escalation=case.id)
    await partition.commit([m.turn(entry, conversation=stays, deliver=(words,))])
    (parcel,) = await m.settle_all(store)
    assert parcel.address == ADDRESS
    await Hands(store, clock).resolve(case.id, "anna", "safe")
    clock.forward(364 * DAY)
    await partition.purge(clock.now())
    assert await Hands(store, clock).get(case.id, "anna") is not None
    assert ADDRESS.encode() not in await walk(store.client, sealer, ref)
    clock.forward(2 * DAY)
    for _ in range(3):
        await partition.purge(clock.now())
    assert await Hands(store, clock).get(case.id, "anna") is None


async def test_who_writes_again_right_after_keeps_an_address(store, clock):
    ref = await m.write(store, clock, ADDRESS, "delete my data")
    await m.write(store, clock, ADDRESS, "hello?")
    await store.inbox.put(ref, "telegram", ContactBlocked("x", clock.now()))
    (partition, erase), (_, hello), _ = await m.read_all(store)
    await partition.commit([m.turn(erase, conversation=None, erase=True)])
    await partition.commit([m.turn(hello, "Hello.")])
    (parcel,) = await store.outbox.read(10, 0.1)
    assert parcel.address == ADDRESS
    assert await store.client.do("XLEN", partition.key("inbox")) == 0


async def test_lines_go_to_the_hour_and_not_with_the_last_one(store, clock):
    partition = None
    for text in ("early", "late"):
        ref = await m.write(store, clock, text=text)
        ((partition, entry),) = await m.read_all(store)
        await partition.commit([m.turn(entry, lines=(Line(entry.event.at, "contact", text),))])
        clock.forward(23 * HOUR)

    async def kept():
        return [
            line.text
            for each in await store.client.do("LRANGE", partition.key("turns", ref), 0, -1)
            for line in store.inbox._records.open_lines(ref, each)
        ]

    await partition.purge(clock.now() - 22 * HOUR - 10_000)
    assert await kept() == ["early", "late"]
    await partition.purge(clock.now() - 22 * HOUR + 10_000)
    assert await kept() == ["late"]
    await partition.purge(clock.now() + HOUR + 10_000)
    assert await kept() == []


async def test_the_words_kept_for_joined_risk_go_with_the_last_turns(store, clock):
    await m.write(store, clock, text="words")
    partition, entry = await m.read_one(store)
    kept = m.conversation(entry, locale="nl", recent=(Recent(entry.event.at, "words"),))
    await partition.commit([m.turn(entry, conversation=kept, lines=(Line(entry.event.at, "contact", "words"),))])
    await partition.purge(clock.now())
    assert (await partition.load([entry.ref]))[entry.ref].conversation == kept
    clock.forward(24 * HOUR)
    await partition.purge(clock.now() + 1)
    left = (await partition.load([entry.ref]))[entry.ref].conversation
    assert left == msgspec.structs.replace(kept, recent=())


async def test_an_idle_conversation_is_forgotten_but_not_with_an_open_case(store, clock):
    partition, case = await m.open_case(store, clock)
    await m.settle_all(store)
    await m.write(store, clock, "other")
    ((quiet, entry),) = await m.read_all(store)
    await quiet.commit([m.turn(entry)])
    clock.forward(31 * DAY)
    for _ in range(4):
        await partition.purge(clock.now())
        await quiet.purge(clock.now())
    assert (await quiet.load([entry.ref]))[entry.ref].conversation is None
    assert await store.client.do("KEYS", f"*{entry.ref}*") == []
    assert (await partition.load([case.ref]))[case.ref].conversation is not None
    await Hands(store, clock).claim(case.id, "anna")
    await Hands(store, clock).resolve(case.id, "anna", "done")
    for _, entry in await m.read_all(store):
        await partition.commit([m.turn(entry)])
    clock.forward(366 * DAY)
    for _ in range(6):
        await partition.purge(clock.now())
    await store.projector.catch_up()
    assert await store.client.do("KEYS", f"*{case.ref}*") == []
    assert await store.projector.index() == []


async def test_a_case_that_was_opened_again_outlives_its_old_end(store, clock):
    partition, case = await m.open_case(store, clock, level="T3")
    await Hands(store, clock).claim(case.id, "anna")
    await Hands(store, clock).resolve(case.id, "anna", "done")
    closed = await partition.escalation(case.id)
    again = msgspec.structs.replace(closed, state="waiting", resolved_at=0, revision=closed.revision + 1)
    await store.client.do("HSET", partition.key("esc"), case.id, msgspec.json.encode(again))
    clock.forward(91 * DAY)
    await partition.purge(clock.now())
    assert await partition.escalation(case.id) == again


async def test_audit_and_dead_letters_end(store, clock):
    partition, case = await m.open_case(store, clock)
    (parcel,) = await store.outbox.read(10, 0.1)
    await store.outbox.fail(parcel, "x")
    await Hands(store, clock).claim(case.id, "anna")
    clock.forward(2 * DAY)
    await partition.purge(clock.now())
    assert await store.client.do("XLEN", partition.key("dead")) == 0
    await store.audit.chainer.catch_up()
    await store.audit.chainer.trim()
    assert [entry.verb for entry in await store.audit.find()] == ["claim"]
    clock.forward(366 * DAY)
    await store.audit.chainer.trim()
    assert await store.audit.find() == []


async def test_forgetting_an_idle_conversation_by_a_turn(store, clock):
    await m.write(store, clock)
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry)])
    fired = TimerFired("t", clock.now(), "idle", "purge_conversation")
    await store.inbox.put(entry.ref, entry.channel, fired)
    ((_, entry),) = await m.read_all(store)
    await partition.commit([m.turn(entry, conversation=None)])
    assert await store.client.do("KEYS", f"*{entry.ref}*") == []


async def test_a_mailbox_shows_both_sides_once_and_wakes_the_page(store, clock):
    chat, key = store.webchat, "random-session-key"
    event = MessageReceived(id="web-1", at=clock.now(), text="hello")
    assert not await chat.wait(key, "", 0.05)
    waiting = asyncio.create_task(chat.wait(key, "", 5))
    await asyncio.sleep(0.05)
    assert await chat.accept(key, event)
    assert await asyncio.wait_for(waiting, 1)
    assert not await chat.accept(key, event)
    button = RenderedButton("p:1", "School")
    mine = await chat.append(key, Outgoing("Hi", buttons=(button,), locale="ar", rtl=True))
    theirs, ours = await chat.since(key, "")
    assert (theirs.who, theirs.text, theirs.event) == ("contact", "hello", "web-1")
    assert (ours.id, ours.buttons, ours.rtl, ours.locale) == (mine, (button,), True, "ar")
    assert await chat.since(key, theirs.id) == [ours]
    assert len(await chat.since(key, "nonsense; DROP")) == 2
    assert await chat.since("another key", "") == []
    assert await chat.remove(key, [theirs.id, "x", mine]) == 2
    (gone,) = await chat.since(key, mine)
    assert gone.removed == (theirs.id, mine)
    partition, entry = await m.read_one(store)
    assert (entry.channel, entry.event) == ("webchat", event)
    await partition.commit([m.turn(entry)])
    clock.forward(25 * HOUR)
    await partition.purge(clock.now())
    assert await chat.since(key, "") == []


async def test_the_farewell_in_an_erased_mailbox_ends_soon(store, clock):
    await store.webchat.accept("k", MessageReceived(id="e", at=clock.now(), text="delete my data"))
    partition, entry = await m.read_one(store)
    await partition.commit([m.turn(entry, conversation=None, erase=True)])
    assert await store.webchat.since("k", "") == []
    await store.webchat.append("k", Outgoing("All is deleted."))
    assert 0 < await store.client.do("TTL", partition.key("box", entry.ref)) <= 600
    assert await store.client.do("ZSCORE", partition.key("purge"), f"c:{entry.ref}") is None


async def test_the_vault_keeps_swaps_and_forgets(store):
    vault = store.vault
    assert await vault.get("account:anna") is None
    assert await vault.swap("account:anna", None, b"1")
    assert not await vault.swap("account:anna", None, b"2")
    assert await vault.swap("account:anna", b"1", b"2")
    assert not await vault.swap("account:anna", b"1", b"3")
    assert await vault.get("account:anna") == b"2"
    outcomes = await asyncio.gather(*(vault.swap("account:anna", b"2", bytes([n])) for n in range(65, 75)))
    assert outcomes.count(True) == 1
    await vault.put("session:x", b"s", ttl_s=1)
    assert await vault.get("session:x") == b"s"
    await asyncio.sleep(1.1)
    assert await vault.get("session:x") is None
    assert sorted(await asyncio.gather(vault.delete("account:anna"), vault.delete("account:anna"))) == [False, True]
    names = await store.client.do("KEYS", "{vault}*")
    assert all(b"anna" not in name for name in names)


def test_retention_follows_the_settings():
    from bot.config import Settings

    keep = Retention.of(Settings(_env_file=None, keep_turns_hours=1, keep_closed_days=2))
    assert (keep.turns, keep.closed, keep.closed_risk, keep.idle) == (HOUR, 2 * DAY, 365 * DAY, 30 * DAY)
