"""Our own server, the connection, and what is promised when the server is killed."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from bot.errors import SettingError, StoreError, UnavailableError
from bot.sealing import Keyring, KeyringSealer
from bot.store import LocalServer, checks, open_store, scripts
from bot.store.client import Client
from bot.store.connect import connect, hosts
from bot.store.keys import key, partition_of
from bot.store.running import running_url
from tests.store import fixtures
from tests.store import making as m

pytestmark = pytest.mark.redis


def sealing(folder: Path) -> KeyringSealer:
    return KeyringSealer(Keyring.open(folder, now=0))


def arguments_of(pid: int) -> bytes:
    """Return the arguments of a process, nothing where it ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


async def test_keeps_everything_and_hides_its_password(tmp_path):
    async with LocalServer(tmp_path / "data") as server:
        pid, password = server.pid, server.password
        client = Client(server.url)
        assert await checks.durability(client) == []
        await client.do("SET", "a", "1")
        await client.close()
        arguments = arguments_of(pid)
        assert arguments
        assert password.encode() not in arguments
        for name in ("server.conf", "server.password"):
            assert (tmp_path / "data" / name).stat().st_mode & 0o077 == 0
        with pytest.raises(UnavailableError, match="password"):
            await Client(f"redis://:wrong@127.0.0.1:{server.port}").do("PING")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    async with LocalServer(tmp_path / "data") as server:
        client = Client(server.url)
        assert await client.do("GET", "a") == b"1"
        await client.close()


async def test_a_second_one_on_the_same_data_is_refused(tmp_path):
    async with LocalServer(tmp_path) as server:
        with pytest.raises(SettingError, match="already runs"):
            await LocalServer(tmp_path).start()
        assert server.pid
    await LocalServer(tmp_path).stop()


async def test_the_server_of_a_killed_owner_is_taken_over(tmp_path):
    code = f"""
        import asyncio, pathlib, sys, time
        from bot.store import LocalServer
        server = LocalServer(pathlib.Path({str(tmp_path)!r}))
        asyncio.run(server.start())
        print(server.pid, flush=True)
        time.sleep(60)
    """
    owner = subprocess.Popen(  # noqa: ASYNC220 - returns at once
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE
    )
    orphan = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    os.kill(orphan, 0)
    async with LocalServer(tmp_path) as server:
        assert server.pid not in {0, orphan}
        await asyncio.sleep(0.1)
        assert not arguments_of(orphan)


async def test_a_server_that_ends_by_itself_is_started_again(data):
    await data.start()
    watching = asyncio.create_task(data.supervise())
    client, before = Client(data.url), data.pid
    await client.do("SET", "a", "1")
    os.kill(before, signal.SIGKILL)
    for _ in range(200):
        await asyncio.sleep(0.05)
        if data.pid not in {0, before} and await running_url(data.folder):
            break
    assert await client.do("GET", "a") == b"1"
    watching.cancel()
    await client.close()


async def test_a_server_that_cannot_start_says_where_to_look(tmp_path):
    with pytest.raises(UnavailableError, match=r"server\.log"):
        await LocalServer(tmp_path, extra="no-such-setting yes\n").start()
    async with LocalServer(tmp_path):
        pass


@pytest.fixture
async def data(tmp_path):
    """A server that is not started yet, and is stopped whatever happens."""
    server = LocalServer(tmp_path / "data")
    yield server
    await server.stop()


async def free(store) -> None:
    """End the leases of those who were there before, as time would."""
    for number in range(4):
        await store.client.do("DEL", key(number, "lease"), key(number, "outlease"))


@pytest.mark.slow
@pytest.mark.chaos
async def test_killed_at_any_moment_it_has_every_acknowledged_entry(tmp_path, data):
    clock, sealer = fixtures.ManualClock(), sealing(tmp_path / "keys")
    acknowledged: set[str] = set()
    numbers = iter(range(1_000_000))
    server = data
    for _ in range(4):
        await server.start()
        store = await open_store(server.url, sealer=sealer, clock=clock, count=4)
        await free(store)

        async def append(store=store):
            while True:
                id_ = f"m{next(numbers)}"
                await store.inbox.append(m.incoming(str(random.randrange(9)), id_, id=id_, at=clock.now()))
                acknowledged.add(id_)

        async def work(store=store):
            while True:
                for partition in await store.partitions.acquire(4):
                    entries = await partition.read(20)
                    for entry in entries:
                        slots = {"last": entry.event.text}
                        commit = m.turn(entry, entry.event.text, conversation=m.conversation(entry, slots=slots))
                        await partition.commit([commit])
                await store.partitions.wait(0.05)

        tasks = [asyncio.create_task(append()) for _ in range(4)] + [asyncio.create_task(work())]
        await asyncio.sleep(random.uniform(0.2, 0.6))
        await server.kill()
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert all(isinstance(each, StoreError) for each in outcomes), outcomes
        await store.close()
    await server.start()
    store = await open_store(server.url, sealer=sealer, clock=clock, count=4)
    await free(store)
    waiting: list[str] = []
    while found := await m.read_all(store):
        waiting += [entry.event.text for _, entry in found]
    done: list[str] = []
    while parcels := await store.outbox.read(500, 0.1):
        done += [parcel.deliver.outgoing.text for parcel in parcels]
    assert len(acknowledged) > 50
    assert len(done) > 10
    assert acknowledged <= {*waiting, *done}
    assert len(waiting) + len(done) == len({*waiting, *done})
    await store.close()


async def test_scripts_come_back_after_a_restart(tmp_path):
    clock, sealer = fixtures.ManualClock(), sealing(tmp_path / "keys")
    async with LocalServer(tmp_path / "data") as server:
        store = await open_store(server.url, sealer=sealer, clock=clock, count=4)
        await store.client.do("SCRIPT", "FLUSH")
        for _ in range(2):
            await m.write(store, clock)
        partition, entry = (await m.read_all(store))[0]
        await store.client.do("SCRIPT", "FLUSH")
        assert await partition.commit([m.turn(entry), m.turn(entry)]) == ["done", "done"]
        await store.close()


async def test_away_and_back_without_a_restart_of_ours(tmp_path, data):
    clock, sealer = fixtures.ManualClock(), sealing(tmp_path / "keys")
    server = data
    await server.start()
    store = await open_store(server.url, sealer=sealer, clock=clock, count=4)
    await m.write(store, clock, text="before")
    await server.stop()
    with pytest.raises(UnavailableError, match="REDIS_URL"):
        await m.write(store, clock, text="lost")
    assert not await store.ready()
    await server.start()
    await m.write(store, clock, text="after")
    assert [e.event.text for _, e in await m.read_all(store)] == ["before", "after"]
    await asyncio.wait_for(store.wakes.connected.wait(), 5)
    await store.close()


async def test_a_full_memory_is_said_and_loses_nothing(tmp_path):
    clock, sealer = fixtures.ManualClock(), sealing(tmp_path / "keys")
    async with LocalServer(tmp_path / "data") as server:
        store = await open_store(server.url, sealer=sealer, clock=clock, count=4)
        await m.write(store, clock, text="kept")
        await store.client.do("CONFIG", "SET", "maxmemory", 1)
        with pytest.raises(UnavailableError, match="refuses to write"):
            await m.write(store, clock, id="again", text="later")
        await store.client.do("CONFIG", "SET", "maxmemory", 0)
        await m.write(store, clock, id="again", text="later")
        assert [e.event.text for _, e in await m.read_all(store)] == ["kept", "later"]
        await store.close()


async def test_settings_that_lose_messages_are_named(tmp_path):
    async with LocalServer(tmp_path) as server:
        client = Client(server.url)
        await client.do("CONFIG", "SET", "appendfsync", "everysec")
        await client.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        found = await checks.durability(client)
        assert [line.split()[2] for line in found] == ["appendfsync", "maxmemory-policy"]
        await client.close()


async def test_the_number_of_partitions_is_fixed(store, server, sealer, clock):
    with pytest.raises(SettingError, match=f"set {fixtures.PARTITIONS}"):
        await open_store(server.url, sealer=sealer, clock=clock, count=fixtures.PARTITIONS + 1)


async def test_replicas_that_are_missing_are_noticed(store, server, sealer, clock):
    careful = await open_store(server.url, sealer=sealer, clock=clock, count=fixtures.PARTITIONS, min_replicas=1)
    with pytest.raises(UnavailableError, match="replicas"):
        await m.write(careful, clock)
    await careful.close()


async def test_two_machines_share_a_keyring(server, tmp_path, clock):
    data_key = base64.b64encode(bytes(32)).decode()
    client = Client(server.url)
    await client.do("FLUSHALL")
    await client.close()
    refs = set()
    for name in ("one", "two"):
        keyring = Keyring.open(tmp_path / name, now=0, data_key_text=data_key)
        sealer = KeyringSealer(keyring)
        store = await open_store(server.url, sealer=sealer, clock=clock, count=4, keyring=keyring)
        refs.add(sealer.ref("telegram", "1"))
        await store.close()
    assert len(refs) == 1
    other = Keyring.open(tmp_path / "x", now=0, data_key_text=base64.b64encode(bytes([1] * 32)).decode())
    with pytest.raises(SettingError, match="DATA_KEY"):
        await open_store(server.url, sealer=KeyringSealer(other), clock=clock, count=4, keyring=other)


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost", "http://x", "redis://h:port", "redis+sentinel://a:1", "redis+sentinel://a:1/name/x",
        "redis+cluster://", "redis+cluster://a:b",
    ],
)  # fmt: skip
def test_a_wrong_address_says_which_forms_there_are(url):
    with pytest.raises(SettingError, match="REDIS_URL"):
        connect(url)


def test_every_form_of_address_is_understood():
    plain = connect("redis://:pw@h:1234/2")
    assert isinstance(plain, Redis)
    assert plain.connection_pool.connection_kwargs["port"] == 1234
    assert connect("unix:///tmp/x.sock?db=1").connection_pool.connection_kwargs["path"] == "/tmp/x.sock"
    assert connect("rediss://h:1").connection_pool.connection_class.__name__ == "SSLConnection"
    sentinel = connect("redis+sentinel://:pw@a:1,b,[::1]:3/main/4")
    kwargs = sentinel.connection_pool.connection_kwargs
    assert (sentinel.connection_pool.service_name, kwargs["password"], kwargs["db"]) == ("main", "pw", 4)
    assert isinstance(connect("redis+cluster://a:1,b:2"), RedisCluster)
    assert hosts(urlsplit("redis+cluster://u:p@a:1,b,[::1]:3,[::2]"), 9) == [("a", 1), ("b", 9), ("::1", 3), ("::2", 9)]


def test_every_script_says_what_it_takes_and_returns():
    assert "commit" in scripts.names()
    for name in scripts.names():
        text = (scripts.FOLDER / f"{name}.lua").read_text()
        assert all(word in text for word in ("-- KEYS", "-- ARGV", "-- returns")), name


def test_contacts_are_spread_evenly():
    counts = [0] * 64
    for n in range(6400):
        counts[partition_of(f"ref{n}", 64)] += 1
    assert min(counts) > 50
