"""How far this machine has seen the audit's chain: a small file outside of Redis, so that a cut end is noticed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "audit-head.json"


class Known(msgspec.Struct, frozen=True):
    """An entry that was there."""

    n: int = 0
    link: str = ""
    at: int = 0
    """When it was chained, in milliseconds since 1970, UTC."""


class KnownHead:
    """The file; without a folder it is remembered for as long as the process runs."""

    def __init__(self, folder: Path | None) -> None:
        """Take the data directory (UCARE_DATA_DIR)."""
        self._file = folder / FILE if folder else None
        self._kept = Known()

    def read(self) -> Known:
        """Return what is known; nothing where there is no file, or none that can be read."""
        if self._file is None:
            return self._kept
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Known)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return Known()

    def write(self, known: Known) -> None:
        """Remember a later entry.

        Raises:
            OSError: The disk refuses.
        """
        self._kept = known
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(f"{FILE}.{secrets.token_hex(4)}")
        try:
            handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(known))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
        finally:
            fresh.unlink(missing_ok=True)
