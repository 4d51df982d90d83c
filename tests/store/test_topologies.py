"""The store on a cluster and behind a Sentinel."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from bot.errors import UnavailableError
from bot.sealing import Keyring, KeyringSealer
from bot.store import LocalServer, open_store
from bot.store.client import Client
from bot.store.server import binary, free_port
from tests.store import making as m
from tests.store.hands import Hands

pytestmark = [pytest.mark.redis, pytest.mark.slow]


def sealing(folder) -> KeyringSealer:
    return KeyringSealer(Keyring.open(folder, now=0))


async def join(servers: list[LocalServer]) -> None:
    """Make one cluster of some servers, each a master of its share."""
    edges = [0, 5461, 10923, 16384]
    clients = [Client(server.url) for server in servers]
    for n, client in enumerate(clients):
        await client.do("CLUSTER", "ADDSLOTSRANGE", edges[n], edges[n + 1] - 1)
        await client.do("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
        if n:
            bus = servers[0]._extra.split()[-1]
            await client.do("CLUSTER", "MEET", "127.0.0.1", servers[0].port, bus)
    for client in clients:
        for _ in range(200):
            said = await client.do("CLUSTER", "INFO")
            if b"cluster_state:ok" in said and b"cluster_known_nodes:3" in said:
                break
            await asyncio.sleep(0.05)
        await client.close()


@pytest.fixture
async def cluster(tmp_path):
    """Three masters; the address of the cluster."""
    servers = []
    try:
        for n in range(3):
            extra = f"cluster-enabled yes\ncluster-node-timeout 5000\ncluster-port {free_port()}\n"
            server = LocalServer(tmp_path / str(n), extra=extra)
            server.folder.mkdir()
            (server.folder / "server.password").write_text("one-for-all")
            await server.start()
            servers.append(server)
        await join(servers)
        yield "redis+cluster://:one-for-all@" + ",".join(f"127.0.0.1:{server.port}" for server in servers)
    finally:
        for server in servers:
            await server.stop()


async def test_the_same_on_a_cluster_of_three_masters(cluster, tmp_path, clock):
    store = await open_store(cluster, sealer=sealing(tmp_path / "keys"), clock=clock, count=8)
    for n in range(20):
        await m.write(store, clock, address=str(n), text=str(n))
    await store.partitions.wait(1)
    found = await m.read_all(store)
    assert sorted(int(e.event.text) for _, e in found) == list(range(20))
    for partition in {p.number: p for p, _ in found}.values():
        mine = [e for p, e in found if p.number == partition.number]
        assert set(await partition.commit([m.turn(e, e.event.text) for e in mine])) == {"done"}
    sent = await m.settle_all(store)
    assert sorted(int(p.deliver.outgoing.text) for p in sent) == list(range(20))
    partition, case = await m.open_case(store, clock, "cluster")
    heard = asyncio.create_task(anext(store.escalations.changes()))
    await asyncio.sleep(0.1)
    await Hands(store, clock).claim(case.id, "anna")
    assert await asyncio.wait_for(heard, 3) == case.id
    assert [row.owner for row in await Hands(store, clock).queue("anna")] == ["anna"]
    assert await store.projector.rebuild() == 1
    await store.audit.note("anna", "read", case.id)
    assert {entry.verb for entry in await store.audit.find()} == {"claim", "read"}
    assert (await store.audit.verify()).count == 2
    await store.client.do("ZADD", partition.key("purge"), 1, "rewrite")
    await partition.purge(clock.now())
    assert await store.client.do("ZSCORE", partition.key("purge"), "rewrite") is None
    await store.close()


@pytest.fixture
async def sentinel(tmp_path):
    """A master and the sentinel that knows it; the address."""
    port, conf = free_port(), tmp_path / "sentinel.conf"
    async with LocalServer(tmp_path / "data") as server:
        conf.write_text(
            f"bind 127.0.0.1\nport {port}\ndir {tmp_path}\nsentinel monitor main 127.0.0.1 {server.port} 1\n"
            f"sentinel auth-pass main {server.password}\n"
        )
        watcher = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            [str(binary()), str(conf), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield f"redis+sentinel://:{server.password}@127.0.0.1:{port}/main"
        finally:
            watcher.terminate()
            watcher.wait()


async def test_the_same_behind_a_sentinel(sentinel, tmp_path, clock):
    client = Client(sentinel)
    for _ in range(100):
        try:
            await client.do("PING")
            break
        except UnavailableError:
            await asyncio.sleep(0.05)
    await client.close()
    store = await open_store(sentinel, sealer=sealing(tmp_path / "keys"), clock=clock, count=4)
    await m.write(store, clock)
    await store.partitions.wait(1)
    partition, entry = await m.read_one(store)
    assert await partition.commit([m.turn(entry, "hi"), m.turn(entry, "hi")]) == ["done", "done"]
    assert len(await m.settle_all(store)) == 1
    await store.close()
