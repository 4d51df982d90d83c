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
from bot.store.server import LocalServer
from bot.understanding.client import Address

PUBLIC = "https://ucare.example"
PASSWORD = "blue tram under water"
START_S = 60.0
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

    async def start(self, *roles: str) -> None:
        for role in roles:
            log = (self.folder / f"{role}.log").open("ab")
            self.processes[role] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", role, cwd=ROOT, env=self.environment(role),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            log.close()
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

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text(encoding="utf-8")

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
