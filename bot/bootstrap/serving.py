"""HTTP servers in this process, and the signals that end it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from bot.errors import SettingError

GRACE_S: Final = 2
"""How long open streams may stay when a server stops, in seconds."""

log = structlog.get_logger("ucare")


class _Server(uvicorn.Server):
    """A server that leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        msg = f"{host}:{port} cannot be used ({error.strerror}). Stop what uses it, or set HOST, PORT or CONSOLE_PORT."
        raise SettingError(msg) from None


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int, *, proxies: str = "") -> AsyncIterator[int]:
    """Serve an app and yield its port (a free one where ``port`` is 0); ``proxies`` are believed who calls.

    Raises:
        SettingError: The address cannot be used.
    """
    sock = _bound(host, port)
    config = uvicorn.Config(
        app, access_log=False, log_config=None, timeout_graceful_shutdown=GRACE_S, server_header=False,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies, lifespan="off",
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield int(sock.getsockname()[1])
    finally:
        server.should_exit = True
        with suppress(Exception):
            await task
        sock.close()


@asynccontextmanager
async def running(
    work: Coroutine[Any, Any, None], name: str, ended: asyncio.Event
) -> AsyncIterator[asyncio.Task[None]]:
    """Run work beside everything else; if it ends by an error, ``ended`` is set so that the process stops."""

    def watch(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("part_failed", part=name, error=type(error).__name__)
            ended.set()

    task = asyncio.create_task(work, name=name)
    task.add_done_callback(watch)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


@contextmanager
def signals(stop: asyncio.Event, renew: asyncio.Event | None = None) -> Iterator[None]:
    """Set ``stop`` on Ctrl-C and SIGTERM; a second one ends the process at once.

    SIGHUP sets ``renew``. Where there is a terminal it says that this has gone: then it sets ``stop``.
    """
    hung_up = stop if renew is None or sys.stdin.isatty() else renew
    loop = asyncio.get_running_loop()

    def first(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, first, number)
    loop.add_signal_handler(signal.SIGHUP, hung_up.set)
    try:
        yield
    finally:
        for number in (*handled, signal.SIGHUP):
            loop.remove_signal_handler(number)
