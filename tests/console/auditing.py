"""A console over an audit in a real Redis."""

from __future__ import annotations

from bot.sealing import KeyringSealer
from bot.store import LocalServer
from bot.store.audit import RedisAudit
from bot.store.client import Client
from bot.store.known import KnownHead
from tests.console.casework import Casework

CASE = "abcdefghijklmnopqrst-18f"


def audited(server: LocalServer, sealer: KeyringSealer, clock) -> tuple[RedisAudit, Casework]:
    """Return an audit, and a console whose auditor is aud."""
    audit = RedisAudit(Client(server.url), sealer, clock, 2, 10**10, KnownHead(None))
    return audit, Casework(audit=audit)


async def filled(audit: RedisAudit, work: Casework, count: int = 3) -> None:
    """Begin with an empty Redis, let the people in and put some entries down."""
    await audit._client.do("FLUSHALL")
    await work.enter()
    for n in range(count):
        await audit.note("noor", "read", CASE, f"look {n}")
    await audit.note("ben", "sign_in")
    await audit.chainer.catch_up()
