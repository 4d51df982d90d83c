"""The audit: what is chained, what is found, and that nobody changes a link unseen, with all of Redis in hand."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pytest

from bot.errors import SealError, StoreError
from bot.sealing import Keyring, KeyringSealer
from bot.store import Retention, audit_file, chain, open_store
from bot.store.audit import RedisAudit
from bot.store.chainer import _fields
from bot.store.client import Client
from bot.store.keys import AUDIT_ANCHOR, AUDIT_CHAIN, AUDIT_HEAD, AUDIT_IN, digest
from bot.store.known import FILE, Known, KnownHead
from tests.store import fixtures
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = pytest.mark.redis
DAY = 86_400_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
async def store(server, sealer, clock, folder):
    bare = Client(server.url)
    await bare.do("FLUSHALL")
    await bare.close()
    async with await open_store(
        server.url, sealer=sealer, clock=clock, count=fixtures.PARTITIONS, folder=folder, keep=Retention(audit=10 * DAY)
    ) as parts:
        yield parts


async def noted(store, count=6):
    for n in range(count):
        await store.audit.note("anna", "read", f"page-{n}")
    assert await store.audit.chainer.catch_up() == count


async def rows(store):
    return [(id_.decode(), _fields(f)) for id_, f in await store.client.do("XRANGE", AUDIT_CHAIN, "-", "+")]


async def rebuilt(store, wanted):
    """Write the chain anew, as somebody would who has Redis in hand."""
    await store.client.do("DEL", AUDIT_CHAIN)
    for id_, fields in wanted:
        await store.client.do("XADD", AUDIT_CHAIN, id_, "e", fields[b"e"], "l", fields[b"l"])


async def found(store):
    verdict = await store.audit.verify()
    return verdict.flaw, verdict.place


async def read_export(store, form="jsonl", **when):
    return b"".join([line async for line in store.audit.export(form, **when)])


def checked(sealer, data: bytes):
    return audit_file.check(sealer, data.splitlines(keepends=True))


async def test_acts_and_notes_come_into_one_chain_without_content(store, clock):
    partition, case = await m.open_case(store, clock)
    desk = Hands(store, clock)
    await store.audit.note("ben", "sign_in")
    await asyncio.sleep(0.002)  # of one millisecond the order of the sources is another
    await desk.claim(case.id, "anna")
    await desk.note(case.id, "anna", "very secret words")
    await desk.resolve(case.id, "anna", "a secret reason")
    await asyncio.sleep(0.002)
    await store.audit.note("carla", "read", case.id, f"case {case.id}")
    entries = list(reversed(await store.audit.find()))
    assert [(e.n, e.by, e.verb, e.kind) for e in entries] == [
        (1, "ben", "sign_in", "write"), (2, "anna", "claim", "write"), (3, "anna", "note", "write"),
        (4, "anna", "resolve", "write"), (5, "carla", "read", "read"),
    ]  # fmt: skip
    assert {e.what for e in entries[1:]} == {digest(case.id)}
    assert (entries[1].from_, entries[1].to, entries[1].at <= clock.now()) == ("waiting", "assigned", True)
    assert not any(e.unsigned for e in entries)
    raw = b"".join(f[b"e"] for _, f in await rows(store)) + await store.client.do("GET", AUDIT_HEAD)
    for secret in (case.ref, "secret", case.pseudonym):
        assert secret.encode() not in raw
    assert await store.client.do("XLEN", partition.key("audit")) == 0
    assert await store.client.do("XLEN", AUDIT_IN) == 0
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.count, verdict.first, verdict.head) == (True, 5, 1, 5)


async def test_an_empty_chain_is_whole(store):
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.count, verdict.head) == (True, 0, 0)
    assert await store.audit.find() == []
    assert checked(store.audit._sealer, await read_export(store)).verdict.whole


async def test_searching(store, clock):
    ref = "abcdefghijklmnopqrst-18f"
    begin = clock.now()
    for n in range(7):
        for by, verb, what in (("anna", "read", ref), ("ben", "sign_in", ""), ("ben", "read", "teams")):
            await store.audit.note(by, verb, what, str(n))
        clock.forward(60_000)
        if n == 3:
            await store.audit.chainer.catch_up()
            late = clock.now()
    find = store.audit.find
    assert len(await find(limit=100)) == 21
    assert [e.detail for e in await find(by="anna")] == list("6543210")
    assert {e.by for e in await find(what=ref)} == {"anna"} == {e.by for e in await find(what=digest(ref))}
    assert [(e.by, e.what) for e in await find(by="ben", verb="read", limit=2)] == [("ben", "teams")] * 2
    assert {e.detail for e in await find(since=late)} == {"4", "5", "6"}
    assert {e.detail for e in await find(until=late)} == {"0", "1", "2", "3"}
    assert {e.detail for e in await find(since=begin + 60_000, until=late)} == {"1", "2", "3"}
    pages, before = [], ""
    while page := await find(limit=4, before=before, since=begin, until=clock.now()):
        pages += page
        before = page[-1].id
    assert [e.n for e in pages] == list(range(21, 0, -1))
    assert await find(by="nobody") == []
    assert [e.n for e in await find(before="no id", limit=1)] == [21]
    assert [e.n async for e in store.audit.entries(since=late)] == list(range(13, 22))
    assert [e.detail async for e in store.audit.entries(until=late)][-1] == "3"


async def test_many_chainers_at_once_take_each_entry_once(store, server, sealer, clock, folder):
    others = [
        RedisAudit(Client(server.url), sealer, clock, fixtures.PARTITIONS, DAY, KnownHead(folder)) for _ in range(4)
    ]
    running = True

    async def chaining(audit):
        done = 0
        while running:
            done += await audit.chainer.catch_up()
        return done + await audit.chainer.catch_up()

    tasks = [asyncio.create_task(chaining(each)) for each in others]
    for n in range(150):
        await store.audit.note("anna", "read", str(n))
        entry = chain.act(clock.now(), "ben", "claim", str(n))
        await store.client.do("XADD", f"{{p{n % 4}}}:audit", "*", *chain.signed(sealer, f"p{n % 4}", entry))
    running = False
    assert sum(await asyncio.gather(*tasks)) == 300
    entries = [e async for e in store.audit.entries()]
    assert sorted((e.by, int(e.what)) for e in entries) == sorted((by, n) for by in ("anna", "ben") for n in range(150))
    for source in ("in", "p0", "p1", "p2", "p3"):
        ids = [e.source.split()[1] for e in entries if e.source.startswith(f"{source} ")]
        assert ids == sorted(ids, key=lambda id_: [int(part) for part in id_.split("-")])
    assert (await store.audit.verify()).whole
    for each in others:
        await each._client.close()


async def test_a_chainer_that_died_before_deleting_takes_nothing_twice(store, monkeypatch):
    for n in range(3):
        await store.audit.note("anna", "read", str(n))
    real = store.client.many

    async def dies(commands):
        if commands[0][0] == "XTRIM":
            msg = "killed"
            raise StoreError(msg)
        return await real(commands)

    monkeypatch.setattr(store.client, "many", dies)
    with pytest.raises(StoreError, match="killed"):
        await store.audit.chainer.catch_up()
    monkeypatch.undo()
    assert await store.client.do("XLEN", AUDIT_IN) == 3
    await store.audit.note("anna", "read", "3")
    assert await store.audit.chainer.catch_up() == 1
    assert await store.client.do("XLEN", AUDIT_IN) == 0
    assert [e.what async for e in store.audit.entries()] == list("0123")
    assert (await store.audit.verify()).whole


@pytest.mark.parametrize("gone", [1, 3, 4])
async def test_an_entry_that_is_deleted_is_missed(store, gone):
    await noted(store)
    id_ = (await rows(store))[gone - 1][0]
    await store.client.do("XDEL", AUDIT_CHAIN, id_)
    assert await found(store) == ("front" if gone == 1 else "missing", gone)


async def test_an_entry_that_is_changed_is_found(store):
    await noted(store)
    kept = await rows(store)
    for old, new in ((b"anna", b"ben"), (b'"page-2"', b'"page-9"'), (b'"by"', b' "by"')):
        changed = [
            (id_, {**f, b"e": f[b"e"].replace(old, new)}) if n == 2 else (id_, f) for n, (id_, f) in enumerate(kept)
        ]
        assert changed != kept
        await rebuilt(store, changed)
        assert await found(store) == ("changed", 3)
    await rebuilt(
        store, [(id_, {**f, b"l": kept[3][1][b"l"]}) if n == 2 else (id_, f) for n, (id_, f) in enumerate(kept)]
    )
    assert await found(store) == ("changed", 3)
    swapped = [*kept[:2], (kept[2][0], kept[3][1]), (kept[3][0], kept[2][1]), *kept[4:]]
    await rebuilt(store, swapped)
    assert await found(store) == ("missing", 3)
    await rebuilt(store, [kept[0], (kept[1][0], {b"e": b"no entry", b"l": b""}), *kept[2:]])
    assert await found(store) == ("changed", 2)
    moved = ("1-3", kept[2][1])
    await rebuilt(store, [("1-1", kept[0][1]), ("1-2", kept[1][1]), moved, *kept[3:]])
    assert await found(store) == ("changed", 1)
    await rebuilt(store, kept)
    assert await found(store) == (None, 0)


async def test_an_entry_that_somebody_makes_up_is_found(store):
    await noted(store)
    kept = await rows(store)
    made = msgspec.json.encode({**msgspec.json.decode(kept[-1][1][b"e"]), "n": 7, "by": "ben"})
    await store.client.do("XADD", AUDIT_CHAIN, kept[-1][0].replace("-6", "-7"), "e", made, "l", b"\x01" * 32)
    assert await found(store) == ("changed", 7)


async def test_a_cut_end_is_found_by_the_head(store):
    await noted(store)
    for id_, _ in (await rows(store))[4:]:
        await store.client.do("XDEL", AUDIT_CHAIN, id_)
    assert await found(store) == ("end", 5)
    await store.client.do("DEL", AUDIT_CHAIN)
    assert await found(store) == ("end", 1)


async def test_a_cut_end_with_the_head_of_then_is_found_by_what_this_machine_knows(store, folder):
    await noted(store, 4)
    head, then = await store.client.do("GET", AUDIT_HEAD), await rows(store)
    await noted(store, 2)
    assert msgspec.json.decode((folder / FILE).read_bytes(), type=Known).n == 6
    await rebuilt(store, then)
    await store.client.do("SET", AUDIT_HEAD, head)
    assert await found(store) == ("known", 5)
    await noted(store, 5)  # the chain grows past it, and stays found
    assert await found(store) == ("known", 6)
    assert KnownHead(folder).read().n == 6
    (folder / FILE).unlink()
    assert (await store.audit.verify()).whole  # the keys alone do not know: the file does


async def test_a_head_that_is_changed_or_gone_is_found_and_nothing_is_lost(store):
    await noted(store)
    head = await store.client.do("GET", AUDIT_HEAD)
    await store.audit.note("anna", "sign_in")
    await store.client.do("SET", AUDIT_HEAD, head.replace(b'"n":6', b'"n":5'))
    with pytest.raises(SealError):
        await store.audit.chainer.catch_up()
    assert await found(store) == ("head", 7)
    assert await store.client.do("XLEN", AUDIT_IN) == 1
    assert [e.n for e in await store.audit.find()] == [6, 5, 4, 3, 2, 1]
    await store.client.do("SET", AUDIT_HEAD, head)
    assert await store.audit.chainer.catch_up() == 1
    assert (await store.audit.verify()).whole
    await store.client.do("DEL", AUDIT_HEAD)
    assert (await found(store))[0] == "head"
    await store.client.do("DEL", AUDIT_CHAIN)
    assert await found(store) == ("known", 1)


async def test_what_somebody_slips_in_before_it_is_chained_is_marked(store, sealer, clock):
    real = chain.signed(sealer, "p1", chain.act(clock.now(), "anna", "claim", "x"))
    forged = msgspec.json.encode(chain.act(clock.now(), "ben", "reveal", "x"))
    await store.client.do("XADD", "{p1}:audit", "*", *real)
    await store.client.do("XADD", "{p1}:audit", "*", "d", forged, "k", real[3], "m", b"\x01" * 32)
    await store.client.do("XADD", "{p1}:audit", "*", "d", forged, "k", "\xff", "m", "")
    await store.client.do("XADD", "{p2}:audit", "*", *real)  # of another partition
    await store.client.do(
        "XADD", "{p2}:audit", "*", "case", "y", "by", "carla", "verb", "claim", "at", "5", "to", "assigned"
    )
    await store.client.do("XADD", "{p3}:audit", "*", "d", b"\xff\xfe", "by", b"\xff")
    entries = sorted([e async for e in store.audit.entries()], key=lambda e: e.source[:2])
    assert [(e.source[:2], e.unsigned) for e in entries] == [
        ("p1", False), ("p1", True), ("p1", True), ("p2", True), ("p2", True), ("p3", True),
    ]  # fmt: skip
    older = entries[4]
    assert (older.by, older.verb, older.what, older.at, older.to) == ("carla", "claim", "y", 5, "assigned")
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.count, verdict.unsigned) == (True, 6, 5)


async def test_an_act_that_is_repeated_is_found(store, sealer, clock):
    await noted(store)
    real = chain.signed(sealer, "p1", chain.act(clock.now(), "anna", "claim", "x"))
    await store.client.do("XADD", "{p1}:audit", "*", *real)
    assert (await store.audit.verify()).whole
    await store.client.do("XADD", "{p1}:audit", "*", *real)
    assert await found(store) == ("twice", 8)


async def test_nothing_is_trimmed_before_it_is_chained(store, clock):
    partition, case = await m.open_case(store, clock)
    await Hands(store, clock).claim(case.id, "anna")
    clock.forward(366 * DAY)
    await partition.purge(clock.now())
    assert await store.client.do("XLEN", partition.key("audit")) == 1
    assert [e.verb for e in await store.audit.find()] == ["claim"]


async def test_retention_cuts_the_front_and_keeps_a_signed_anchor(store, clock):
    chainer = store.audit.chainer
    await noted(store, 3)
    clock.forward(6 * DAY)
    await noted(store, 3)
    assert await chainer.trim() == 0
    clock.forward(5 * DAY)
    assert await chainer.keep_up() == 0
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.first, verdict.count, verdict.head) == (True, 4, 3, 6)
    assert verdict.anchor == "retention"
    assert clock.now() - 6 * DAY < verdict.since < clock.now()
    assert checked(store.audit._sealer, await read_export(store)).verdict.whole
    anchor = await store.client.do("GET", AUDIT_ANCHOR)
    await store.client.do("XDEL", AUDIT_CHAIN, (await rows(store))[0][0])
    assert await found(store) == ("front", 4)
    for wrong in (anchor.replace(b'"n":3', b'"n":4'), b"nonsense", await store.client.do("GET", AUDIT_HEAD)):
        await store.client.do("SET", AUDIT_ANCHOR, wrong)
        assert (await found(store))[0] == "head"
        clock.forward(10 * DAY)
        with pytest.raises(SealError):
            await chainer.trim()
    await store.client.do("DEL", AUDIT_ANCHOR)
    assert await found(store) == ("front", 1)


async def test_all_may_be_older_than_retention(store, clock):
    await noted(store, 3)
    clock.forward(11 * DAY)
    assert await store.audit.chainer.trim() == 3
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.count, verdict.head) == (True, 0, 3)
    await noted(store, 1)
    assert (await store.audit.verify()).first == 4


async def test_retention_does_not_sign_away_what_somebody_broke(store, clock):
    await noted(store)
    kept = await rows(store)
    clock.forward(5 * DAY)
    old = [(f"1-{n}", f) for n, (_, f) in enumerate(kept[:4], 1)]  # as if they were old enough
    await rebuilt(store, [*old, *kept[4:]])
    with pytest.raises(SealError):
        await store.audit.chainer.trim()
    assert await store.client.do("GET", AUDIT_ANCHOR) is None


async def test_a_new_key_signs_on_and_a_lost_key_is_said(store, server, tmp_path, clock, folder):
    ring = Keyring.open(tmp_path / "ring", now=0)
    audit = RedisAudit(store.client, KeyringSealer(ring), clock, fixtures.PARTITIONS, DAY, KnownHead(None))
    await audit.note("anna", "sign_in")
    await audit.chainer.catch_up()
    first = ring.ring.keys[-1]
    assert ring.rotate(now=clock.now())
    await audit.note("anna", "sign_out")
    one, two = [e async for e in audit.entries()]
    assert one.key == first.id
    assert two.key == ring.ring.keys[-1].id != one.key
    assert not two.unsigned
    assert (await audit.verify()).whole
    stranger = KeyringSealer(Keyring.open(tmp_path / "stranger", now=0))
    theirs = RedisAudit(store.client, stranger, clock, fixtures.PARTITIONS, DAY, KnownHead(None))
    verdict = await theirs.verify()
    assert (verdict.flaw, verdict.place, verdict.count) == ("key", 1, 0)


async def test_restart_begins_anew_behind_a_break(store, clock, folder):
    await noted(store)
    await store.client.do("XDEL", AUDIT_CHAIN, (await rows(store))[2][0])
    await store.client.do("SET", AUDIT_HEAD, "broken")
    await store.audit.note("anna", "sign_in")
    assert not (await store.audit.verify()).whole
    await store.audit.chainer.restart("@command-line")
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.first, verdict.count, verdict.anchor) == (True, 7, 2, "restart")
    assert {e.verb for e in await store.audit.find()} == {"restart_audit", "sign_in"}
    (aside,) = await store.client.do("KEYS", "{audit}:broken:*")
    assert await store.client.do("XLEN", aside) == 5
    assert 0 < await store.client.do("PTTL", aside) <= 10 * DAY
    assert KnownHead(folder).read().n == 8
    await noted(store)
    assert (await store.audit.verify()).whole


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_an_exported_file_can_be_checked(store, clock, form):
    sealer = store.audit._sealer
    await noted(store, 3)
    await store.audit.note("=1+1", "read", "'quoted', \"and\"\nmore", "-x")
    await store.client.do("XADD", "{p0}:audit", "*", "by", "'@x", "verb", "claim", "at", str(clock.now()))
    for _ in range(3):
        clock.forward(1000)
        await store.audit.note("ben", "sign_in")
    data = await read_export(store, form)
    whole = checked(sealer, data)
    assert (whole.verdict.whole, whole.verdict.count, whole.end.head) == (True, 8, 8)
    assert whole.verdict.unsigned == 1
    head = await store.audit._head()
    assert (whole.end.head_link, whole.end.count) == (head.link, 8)
    assert b"\n=1" not in data
    assert b",=1+1" not in data
    part = await read_export(store, form, since=clock.now() - 1500)
    assert (checked(sealer, part).verdict.first, checked(sealer, part).verdict.count) == (7, 2)
    lines = data.splitlines(keepends=True)
    begin = lines.index(next(line for line in lines if b"page-0" in line))

    def flaw(*changed: bytes):
        verdict = checked(sealer, b"".join(changed)).verdict
        return verdict.flaw, verdict.place

    assert flaw(*lines[:begin], *lines[begin + 1 :]) in {("changed", 2), ("missing", 2)}
    assert flaw(*lines[: begin + 1], *lines[begin + 2 :]) == ("missing", 2)
    assert flaw(*lines[: begin + 1], lines[begin], *lines[begin + 1 :]) == ("twice", 2)
    assert flaw(*lines[:-1]) == ("end", 9)
    assert flaw(*lines[:-2], lines[-1]) == ("end", 8)
    assert flaw(*lines[:-1], lines[-1].replace(b'head":8', b'head":9').replace(b'head"":8', b'head"":9')) == ("head", 9)
    assert flaw(*lines, lines[begin]) == ("changed", 9)
    assert flaw(data.replace(b"page-1", b"page-9")) == ("changed", 2)
    assert flaw(lines[0], b"nonsense\n")[0] == "changed"
    assert flaw(*lines[1:])[0] == "changed"
    assert flaw(b"") == ("changed", 1)
    if form == "csv":
        time_cell = lines[begin].split(b",")[1]
        assert flaw(data.replace(time_cell, time_cell.replace(b"20", b"19", 1))) == ("changed", 1)


async def test_ten_thousand_entries_take_seconds(store, sealer, clock):
    entries = [chain.act(clock.now(), "anna", "read", str(n)) for n in range(10_000)]
    for start in range(0, 10_000, 1000):
        commands = []
        for n, entry in enumerate(entries[start : start + 1000]):
            source = f"p{n % 4}"
            commands.append(("XADD", f"{{{source}}}:audit", "*", *chain.signed(sealer, source, entry)))
        await store.client.many(commands)
    begin = time.monotonic()
    assert await store.audit.chainer.catch_up() == 10_000
    chained = time.monotonic() - begin
    begin = time.monotonic()
    assert (await store.audit.verify()).count == 10_000
    verified = time.monotonic() - begin
    print(f"chained {chained:.2f} s, verified {verified:.2f} s")  # noqa: T201 - for who measures
    assert chained < 10
    assert verified < 10
