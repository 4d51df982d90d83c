"""A whole installation on loopback: a real store, the roles as processes of their own, and caseworkers who sign in."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from bot.config import ROOT
from bot.errors import SealError, StoreError
from bot.sealing import Keyring, KeyringSealer
from bot.store.client import Client
from bot.store.server import LocalServer
from bot.understanding.client import Address

PUBLIC = "https://ucare.example"
PASSWORD = "blue tram under water"
START_S = 120.0
UNSET = (
    "TELEGRAM_",
    "TWILIO_",
    "REDIS_URL",
    "NLU_",
    "PUBLIC_URL",
    "DATA_KEY",
    "UCARE_DATA_DIR",
    "PORT",
    "CONSOLE_PORT",
)


def arguments(pid: int) -> str:
    """Return what a process was called with, and what its threads are named."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\x00", b" ").decode()


def children(pid: int) -> list[int]:
    """Return the ids of all processes below one, as they are now."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = stat.read_text().partition(" (")
            parents.setdefault(int(rest.rpartition(")")[2].split()[1]), []).append(int(number))
    found, left = [], [pid]
    while left:
        below = parents.get(left.pop(), [])
        found += below
        left += below
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def eventually(look: Callable[[], Any], *, timeout_s: float = 15.0, what: str = "it") -> Any:
    """Return the first true value that ``look`` gives; awaits it where it is a coroutine."""
    end = time.monotonic() + timeout_s
    while True:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            msg = f"{what} did not happen within {timeout_s} s"
            raise AssertionError(msg)
        await asyncio.sleep(0.05)


PURPOSES = ("conversation", "event", "address", "deliver", "lines", "box")
READS = {"string": ("GET",), "hash": ("HGETALL",), "list": ("LRANGE", 0, -1), "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
         "set": ("SMEMBERS",), "stream": ("XRANGE", "-", "+")}  # fmt: skip


def _pieces(value: Any) -> Any:
    if isinstance(value, dict):
        value = [each for pair in value.items() for each in pair]
    if isinstance(value, list | tuple | set):
        for each in value:
            yield from _pieces(each)
    else:
        yield value if isinstance(value, bytes) else str(value).encode()


def _opened(piece: bytes, sealer: KeyringSealer, refs: list[str]) -> bytes:
    """Return a piece and, where the keyring opens it for one of the contacts, what is in it."""
    found = [piece]
    for purpose in (f"{kind} {ref}" for kind in PURPOSES for ref in refs):
        for sealed in (piece, piece[13:]):  # lines carry their time before them
            with suppress(SealError):
                found.append(sealer.open(sealed, purpose=purpose))
    return b"\x00".join(found)


async def everything(url: str, sealer: KeyringSealer, refs: list[str]) -> dict[str, bytes]:
    """Return all that a server holds by key: each key's own name and its value, decrypted for these contacts."""
    client = Client(url)
    try:
        kept = {}
        for name in await client.do("KEYS", "*"):
            first, *rest = READS[(await client.do("TYPE", name)).decode()]
            pieces = [_opened(piece, sealer, refs) for piece in _pieces(await client.do(first, name, *rest))]
            kept[name.decode()] = b"\x00".join([name, *pieces])
        return kept
    finally:
        await client.close()


class Caseworker:
    """A browser's place at the console, by hand: pages are fetched and forms are sent as the page would."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def csrf(self, path: str) -> str:
        page = await self.client.get(path)
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found, page.text[:500]
        return found[1]

    async def queue(self) -> str:
        return (await self.client.get("/console/queue")).text

    async def cases(self) -> list[str]:
        return list(dict.fromkeys(re.findall(r"/console/cases/([^\"/?#]+)", await self.queue())))

    async def case(self, id: str) -> str:
        return (await self.client.get(f"/console/cases/{id}")).text

    async def act(self, id: str, verb: str, **form: str) -> httpx.Response:
        token = await self.csrf(f"/console/cases/{id}")
        return await self.client.post(f"/console/cases/{id}/{verb}", data={"csrf": token, **form})


class Installation:
    """Starts roles as processes; ends what is left of them by their ids."""

    def __init__(self, folder: Path, *, nlu: Address | None = None, **settings: str) -> None:
        self.folder = folder
        self.server = LocalServer(folder / "redis")
        self.ports = {"gateway": free_port(), "console": free_port(), "worker": free_port(), "sender": free_port()}
        self.settings = settings
        self.nlu = nlu
        self.processes: dict[str, asyncio.subprocess.Process] = {}
        self._clients: list[httpx.AsyncClient] = []

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.ports['console']}"

    def environment(self, role: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(UNSET)}
        port = str(self.ports.get(role, 0))
        return {
            **kept,
            "REDIS_URL": self.server.url,
            "UCARE_DATA_DIR": str(self.folder / "data"),
            "NLU_URL": self.nlu.url if self.nlu else "http://127.0.0.1:9",
            "NLU_TOKEN": self.nlu.token if self.nlu else "",
            "PORT": port,
            "CONSOLE_PORT": port,
            "PARTITIONS": "8",
            **self.settings,
        }

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            await client.aclose()
        await asyncio.gather(*(self.stop(role) for role in list(self.processes)))
        await self.server.stop()

    async def spawn(self, *roles: str) -> None:
        """Start roles without waiting for them."""
        for role in roles:
            log = (self.folder / f"{role}.log").open("ab")
            self.processes[role] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", role, cwd=ROOT, env=self.environment(role),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            log.close()

    async def start(self, *roles: str) -> None:
        """Start roles and return when all answer."""
        await self.spawn(*roles)
        await asyncio.gather(*(self._ready(role) for role in roles))

    async def _ready(self, role: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[role]}", trust_env=False) as client:

            async def answers() -> bool:
                process = self.processes[role]
                assert process.returncode is None, f"{role} ended: {self.log(role)[-2000:]}"
                with suppress(httpx.HTTPError):
                    return (await client.get("/health/live")).status_code == 200
                return False

            await eventually(answers, timeout_s=START_S, what=f"the start of {role}")

    def sealer(self) -> KeyringSealer:
        """Return what opens everything that this installation sealed."""
        return KeyringSealer(Keyring.open(self.folder / "data", now=int(time.time() * 1000)))

    async def stop(self, role: str) -> int:
        process = self.processes.pop(role)
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()
        return process.returncode or 0

    async def kill(self, role: str) -> None:
        process = self.processes.pop(role)
        process.kill()
        await process.wait()

    async def metric(self, role: str, name: str) -> float:
        """Return the sum of a counter or gauge of a role over all its labels."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"http://127.0.0.1:{self.ports[role]}/metrics")).text
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}(_total)?[ {{]", line))

    async def drained(self, timeout_s: float = 30.0) -> None:
        """Return when nothing waits in any inbox or outbox."""
        client = Client(self.server.url)

        async def empty() -> bool:
            with suppress(StoreError):
                names = [f"{{p{p}}}:{stream}" for p in range(8) for stream in ("inbox", "out", "urgent")]
                return not sum(await client.many([("XLEN", name) for name in names]))
            return False

        try:
            await eventually(empty, timeout_s=timeout_s, what="the end of what waits in inboxes and outboxes")
        finally:
            await client.close()

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text(encoding="utf-8")

    async def shown(self) -> str:
        """Return all that others may see of this installation: logs, metrics, and the arguments of its processes."""
        found = [self.log(role) for role in self.processes]
        async with httpx.AsyncClient(trust_env=False) as client:
            addresses = [f"http://127.0.0.1:{self.ports[role]}/metrics" for role in self.processes]
            found += [answer.text for answer in await asyncio.gather(*map(client.get, addresses))]
        found.append((self.server.folder / "server.log").read_text())
        ids = [self.server.pid, *(process.pid for process in self.processes.values())]
        return "\n".join([*found, *(arguments(pid) for pid in ids)])

    async def command(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=self.environment(""),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
        assert process.returncode == 0
        return out.decode()

    async def caseworker(self, name: str) -> Caseworker:
        """Invite a caseworker, let them choose a password, and return them signed in."""
        link = (await self.command("caseworker", "add", name)).strip()
        path = "/console/" + link.partition("/console/")[2]
        client = httpx.AsyncClient(base_url=self.console, trust_env=False, follow_redirects=True)
        self._clients.append(client)
        person = Caseworker(client)
        token = await person.csrf(path)
        page = await client.post(path, data={"csrf": token, "password": PASSWORD, "again": PASSWORD})
        assert page.status_code == 200
        assert "/console/queue" in str(page.url)
        return person
