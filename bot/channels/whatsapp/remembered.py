"""What a channel keeps in mind for some contacts, in this process only: bounded, and without their addresses."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")
LIMIT: Final = 10_000


class Remembered(Generic[Value]):
    """Address → value; the oldest are forgotten first. Addresses stand under a hash whose key dies with the process."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Begin with nothing."""
        self._key = secrets.token_bytes(32)
        self._limit = limit
        self._kept: OrderedDict[bytes, Value] = OrderedDict()

    def _name(self, address: str) -> bytes:
        return hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()

    def put(self, address: str, value: Value) -> None:
        """Keep a value for a contact, in place of an older one."""
        name = self._name(address)
        self._kept[name] = value
        self._kept.move_to_end(name)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def get(self, address: str) -> Value | None:
        """Return what is kept for a contact."""
        return self._kept.get(self._name(address))

    def pop(self, address: str) -> Value | None:
        """Return what is kept for a contact, and forget it."""
        return self._kept.pop(self._name(address), None)
