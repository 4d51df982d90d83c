"""One keyring for several machines: with DATA_KEY, the wrapped ring is kept in Redis and taken from there.

Without DATA_KEY the keyring never leaves the machine: copy its file to the others.
"""

from __future__ import annotations

from typing import Final

from bot.errors import ConflictError
from bot.sealing.keyring import Keyring
from bot.store.client import Client
from bot.store.keys import KEYRING

TRIES: Final = 8


async def share(client: Client, keyring: Keyring) -> None:
    """Bring the keyring of this machine and the shared one together. Call it before anything is sealed.

    Raises:
        SettingError: DATA_KEY is another one than on the machine that started first.
    """
    for _ in range(TRIES):
        shared = await client.do("GET", KEYRING)
        if shared is not None and not keyring.adopt(shared):
            return
        if await client.script("swap", [KEYRING], [shared or b"", keyring.wrapped()]):
            return
    msg = "The shared keyring is changed by others all the time. Start again."
    raise ConflictError(msg)
