"""Worker and sender as a process of their own, to be killed: ``python -m tests.turns.chaos_roles URL KEYS SENT``.

What is sent is appended to the file SENT, a line each: address, tab, first line of the text.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from bot.ports.channels import Sent
from bot.sealing import Keyring, KeyringSealer
from bot.store import open_store
from bot.turns.sender import Sender
from bot.turns.think import Thinker
from bot.turns.worker import Worker
from tests.turns.doubles import DoubleChannel, Meaning
from tests.turns.library import library


class WallClock:
    def now(self) -> int:
        return int(time.time() * 1000)


class FileChannel(DoubleChannel):
    def __init__(self, file: int) -> None:
        super().__init__()
        self.file = file

    async def send(self, address, message):
        line = message.text.split("\n", 1)[0]
        os.write(self.file, f"{address}\t{line}\n".encode())
        return Sent(())


async def main(url: str, keys: str, sent: str) -> None:
    clock = WallClock()
    sealer = KeyringSealer(Keyring.open(Path(keys), now=clock.now()))
    store = await open_store(url, sealer=sealer, clock=clock, count=4)
    store.partitions.lease_ms = store.outbox.lease_ms = 700
    worker = Worker(store.partitions, Thinker(Meaning()), lambda: library("ar"), clock, renew_s=0.15)
    file = os.open(sent, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sender = Sender(store.outbox, {"double": FileChannel(file)}, None, base_s=0.05)
    sys.stdout.write("up\n")
    sys.stdout.flush()
    await asyncio.gather(worker.run(), sender.run())


if __name__ == "__main__":
    library("ar")
    asyncio.run(main(*sys.argv[1:]))
