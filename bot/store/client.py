"""How everything here talks to Redis: commands and scripts, alone or many in one round trip, with our own errors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis import exceptions as rx
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from bot.errors import FencedError, StoreError, UnavailableError
from bot.store import scripts
from bot.store.connect import connect

Word = str | bytes | int | float
Command = Sequence[Word]
REFUSALS = ("MISCONF", "OOM", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY ")
DURABLE_MS = 2000
"""How long to wait for the replicas to have an entry on disk."""


def pairs(flat: Any) -> dict[bytes, bytes]:  # noqa: ANN401 - redis-py's own
    """Return a hash as a mapping: one version of the protocol answers with a list of names and values in turn."""
    return flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))


def ours(error: Exception) -> Exception:
    """Return our own error for one of redis-py. It never carries a value, only what went wrong."""
    text = str(error)
    if text.startswith("FENCED"):
        return FencedError("Another owner holds the lease now.")
    if isinstance(error, rx.AuthenticationError | rx.NoPermissionError | rx.AuthorizationError):
        return UnavailableError("Redis refuses the password or the rights in REDIS_URL. Set the right ones.")
    if text.startswith(REFUSALS) or isinstance(error, rx.ReadOnlyError | rx.OutOfMemoryError | rx.BusyLoadingError):
        msg = f"Redis refuses to write ({text.partition(' ')[0]}). Look at its disk, its memory and its log."
        return UnavailableError(msg)
    if isinstance(error, rx.ResponseError):
        # Of a script only the line, of a command only the code: the rest may repeat a value.
        what = ":".join(text.split(":")[:2]) if text.startswith("user_script:") else text.partition(" ")[0]
        return StoreError(f"Redis could not do it ({what[:40]}).")
    msg = f"Redis cannot be reached ({type(error).__name__}). Is it running, and is REDIS_URL right?"
    return UnavailableError(msg)


class Client:
    """One connection pool. Every method raises UnavailableError, FencedError or StoreError."""

    def __init__(self, url: str, *, min_replicas: int = 0) -> None:
        """Take REDIS_URL; nothing is connected yet."""
        self.redis = connect(url)
        self.min_replicas = min_replicas

    @property
    def cluster(self) -> bool:
        """Whether this is a cluster."""
        return isinstance(self.redis, RedisCluster)

    async def close(self) -> None:
        """Close the connections."""
        await self.redis.aclose()

    async def do(self, *command: Word) -> Any:  # noqa: ANN401 - an answer of Redis
        """Do one command."""
        return (await self.many([command]))[0]

    async def anywhere(self, *command: Word) -> Any:  # noqa: ANN401 - an answer of Redis
        """Do a command that has no key; on a cluster, at any one master."""
        try:
            if isinstance(self.redis, RedisCluster):
                await self.redis.initialize()
                node = self.redis.get_primaries()[0]
                return await self.redis.execute_command(*command, target_nodes=node)
            return _checked([await self._one(self.redis, command)])[0]
        except (rx.RedisError, OSError, TimeoutError) as error:
            raise ours(error) from None

    async def script(self, name: str, keys: Sequence[str], args: Sequence[Word], *, durable: bool = False) -> Any:  # noqa: ANN401
        """Call one script; with ``durable`` return only when the replicas asked for have it on disk."""
        return (await self.scripts(name, [(keys, args)], durable=durable))[0]

    async def scripts(
        self, name: str, calls: Sequence[tuple[Sequence[str], Sequence[Word]]], *, durable: bool = False
    ) -> list[Any]:
        """Call a script several times in one round trip and return all answers."""
        commands = [("EVALSHA", scripts.sha(name), len(keys), *keys, *args) for keys, args in calls]
        answers = await self._send(commands, durable=durable)
        again = [i for i, answer in enumerate(answers) if isinstance(answer, rx.NoScriptError)]
        if again:  # the server was started anew; nothing of these calls was done
            repeated = [("EVAL", scripts.source(name), *commands[i][2:]) for i in again]
            for i, answer in zip(again, await self._send(repeated, durable=durable), strict=True):
                answers[i] = answer
        return _checked(answers)

    async def many(self, commands: Sequence[Command]) -> list[Any]:
        """Do several commands in one round trip (on a cluster: at once) and return all answers."""
        return _checked(await self._send(commands))

    async def grouped(self, streams: Sequence[str]) -> None:
        """Make the streams and their group of readers where they are missing."""
        commands = [("XGROUP", "CREATE", stream, "owner", "0", "MKSTREAM") for stream in streams]
        answers = await self._send(commands)
        _checked([each for each in answers if not str(each).startswith("BUSYGROUP")])

    async def _send(self, commands: Sequence[Command], *, durable: bool = False) -> list[Any]:
        durable = durable and self.min_replicas > 0
        try:
            if isinstance(self.redis, Redis) and len(commands) == 1 and not durable:
                return [await self._one(self.redis, commands[0])]
            if isinstance(self.redis, Redis):
                return await self._pipeline(self.redis, commands, durable=durable)
            # Commands of one call never depend on each other: on a cluster they may go to several nodes.
            return list(await asyncio.gather(*(self._one(self.redis, each) for each in commands)))
        except (rx.RedisError, OSError, TimeoutError) as error:
            raise ours(error) from None

    @staticmethod
    async def _one(redis: Redis | RedisCluster, command: Command) -> Any:  # noqa: ANN401
        try:
            return await redis.execute_command(*command)
        except rx.ResponseError as error:
            return error

    async def _pipeline(self, redis: Redis, commands: Sequence[Command], *, durable: bool) -> list[Any]:
        pipeline = redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        if durable:
            pipeline.execute_command("WAITAOF", 1, self.min_replicas, DURABLE_MS)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        if durable:
            waited = answers.pop()
            if isinstance(waited, Exception):
                raise ours(waited)
            if waited[0] < 1 or waited[1] < self.min_replicas:
                msg = "The replicas do not have it on disk yet. Look at them; MIN_REPLICAS says how many must."
                raise UnavailableError(msg)
        return answers


def _checked(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, Exception):
            raise ours(answer) from None
    return answers
