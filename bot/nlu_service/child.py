"""One process of Rasa's server: started in a group of its own on loopback, asked until it answers, ended by its id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from pathlib import Path
from typing import Final

import aiohttp

from bot.config import ROOT
from bot.nlu_service import places
from bot.understanding.client import Address

ASK_EVERY_S: Final = 0.25
END_S: Final = 10.0
OK: Final = 200


class Child:
    """A server with a model, a free port and a token of its own."""

    def __init__(self, model: Path) -> None:
        """Choose port and token; nothing runs yet."""
        self._model = model
        self.port = _free_port()
        self.address = Address(f"http://127.0.0.1:{self.port}", secrets.token_urlsafe(24))
        self.process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Return whether the process lives."""
        return self.process is not None and self.process.returncode is None

    async def launch(self) -> None:
        """Start the process. Raises OSError where it cannot be started."""
        self.process = await asyncio.create_subprocess_exec(
            str(places.python()),
            "-m",
            "nlu.components.serve",
            str(self._model),
            str(self.port),
            cwd=ROOT,
            env={**places.environment(), "UCARE_NLU_TOKEN": self.address.token},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    async def answers(self) -> bool:
        """Wait until the model is loaded; False where the process ends before."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2), trust_env=False) as session:
            while self.running:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with session.get(
                        f"{self.address.url}/status", params={"token": self.address.token}
                    ) as response:
                        if response.status == OK:
                            return True
                await asyncio.sleep(ASK_EVERY_S)
        return False

    async def wait(self) -> int:
        """Wait until the process ends, and return its exit code."""
        assert self.process is not None
        return await self.process.wait()

    async def end(self) -> None:
        """End the process and all it started; never raises."""
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        _signal(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    """Send a signal to the process group we started; it may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
