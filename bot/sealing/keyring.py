"""The keyring: one file, made at the first start, readable by its owner alone.

It holds the index key, which stays, and the sealing keys, of which the newest seals and all open. With
``DATA_KEY`` the file holds the ring wrapped (AES-256-GCM), and a wrapped copy may travel: several machines
share one ring by a copy of the file, or by ``DATA_KEY`` and the wrapped ring kept in Redis (``store.share``).
Every change is written to a new file, synced, and put in place at once, under a lock between processes.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingError

FILE = "keyring.json"
KEY_BYTES = 32
NONCE_BYTES = 12
DAY_MS = 86_400_000
ROTATE_DAYS = 30
"""A new sealing key after this many days."""
WRAP = b"ucare keyring"


class Key(msgspec.Struct, frozen=True):
    """One sealing key."""

    id: str
    made_at: int
    """Milliseconds since 1970, UTC."""
    key: bytes


class Ring(msgspec.Struct, frozen=True):
    """All keys; the newest sealing key is the last."""

    index: bytes
    keys: tuple[Key, ...]


class Kept(msgspec.Struct, frozen=True):
    """What stands in the file: the ring, or the wrapped ring."""

    version: int = 1
    ring: Ring | None = None
    wrapped: bytes | None = None


def _new_key(now: int) -> Key:
    return Key(secrets.token_hex(4), now, secrets.token_bytes(KEY_BYTES))


def data_key(text: str) -> bytes | None:
    """Return the bytes of ``DATA_KEY``, or None where it is empty.

    Raises:
        SettingError: It is not the base64 of 32 bytes.
    """
    if not text:
        return None
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if set("-_") & set(text) else None)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        msg = "DATA_KEY must be 32 random bytes in base64. Make one with: openssl rand -base64 32"
        raise SettingError(msg)
    return key


class Keyring:
    """The keys of one installation."""

    def __init__(self, folder: Path, ring: Ring, wrapping: bytes | None) -> None:
        """Use ``Keyring.open``."""
        self._folder = folder
        self._wrapping = wrapping
        self.ring = ring
        self.fresh = False
        """Whether it was made a moment ago: nothing is sealed with it yet."""

    @classmethod
    def open(cls, folder: Path, *, now: int, data_key_text: str = "") -> Keyring:
        """Return the keyring of a data directory; make it at the first start.

        Args:
            folder: The data directory (UCARE_DATA_DIR).
            now: Milliseconds since 1970, UTC.
            data_key_text: The setting DATA_KEY; empty where the file alone holds the ring.

        Raises:
            SettingError: DATA_KEY is missing, wrong or not needed, or the file is damaged.
        """
        wrapping = data_key(data_key_text)
        folder.mkdir(parents=True, exist_ok=True)
        keyring = cls(folder, Ring(secrets.token_bytes(KEY_BYTES), (_new_key(now),)), wrapping)
        with keyring._locked():
            if (folder / FILE).exists():
                keyring.reload()
            else:
                keyring._write()
                keyring.fresh = True
        return keyring

    @property
    def _file(self) -> Path:
        return self._folder / FILE

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._folder / "keyring.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def reload(self) -> None:
        """Read the file again: another process may have added a key."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=Kept)
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
            msg = (
                f"The keyring {self._file.name} in UCARE_DATA_DIR cannot be read ({type(error).__name__}). Restore it "
            )
            msg += "from your backup: without it nothing that is stored can be opened."
            raise SettingError(msg) from None
        if self._file.stat().st_mode & 0o077:
            self._file.chmod(0o600)
        self.ring = kept.ring or self._unwrap(kept.wrapped or b"")
        if kept.ring and self._wrapping:
            self._write()  # DATA_KEY is set for the first time: from now on the file holds the ring wrapped

    def _unwrap(self, wrapped: bytes) -> Ring:
        if self._wrapping is None:
            msg = "The keyring is locked with DATA_KEY, which is not set. Set it to the value used at the first start."
            raise SettingError(msg)
        try:
            clear = AESGCM(self._wrapping).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], WRAP)
        except (InvalidTag, ValueError):
            msg = "DATA_KEY does not open this keyring. Set the value that was used when the keyring was made."
            raise SettingError(msg) from None
        return msgspec.json.decode(clear, type=Ring)

    def wrapped(self) -> bytes:
        """Return the ring, wrapped with DATA_KEY.

        Raises:
            SettingError: DATA_KEY is not set.
        """
        if self._wrapping is None:
            msg = "Only with DATA_KEY may the keyring leave this machine. Set DATA_KEY, or copy the file."
            raise SettingError(msg)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._wrapping).encrypt(nonce, msgspec.json.encode(self.ring), WRAP)

    def adopt(self, wrapped: bytes) -> bool:
        """Take over a shared ring, and add the keys that only this machine has; tell whether it had some.

        Raises:
            SettingError: DATA_KEY does not open it, or this machine has long had a ring of its own.
        """
        with self._locked():
            shared = self._unwrap(wrapped)
            known = {key.id for key in shared.keys}
            own = tuple(key for key in self.ring.keys if key.id not in known)
            if shared.index != self.ring.index and not self.fresh:
                msg = "The keyring in UCARE_DATA_DIR is not the one that this Redis was used with. Set the right one; "
                msg += "or, if nothing was ever stored with this one, move keyring.json away and start again."
                raise SettingError(msg)
            extra = own if shared.index == self.ring.index else ()  # a fresh ring sealed nothing: it just goes
            merged = sorted((*shared.keys, *extra), key=lambda key: key.made_at)
            self.ring, self.fresh = Ring(shared.index, tuple(merged)), False
            self._write()
        return bool(extra)

    def _write(self) -> None:
        kept = Kept(wrapped=self.wrapped()) if self._wrapping else Kept(ring=self.ring)
        fresh = self._folder / f"{FILE}.{secrets.token_hex(4)}"
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def rotate(self, *, now: int, days: int = ROTATE_DAYS) -> bool:
        """Add a sealing key where the newest is older than ``days``; tell whether one was added."""
        if now - self.ring.keys[-1].made_at < days * DAY_MS:
            return False
        with self._locked():
            self.reload()
            if now - self.ring.keys[-1].made_at < days * DAY_MS:
                return False
            self.ring = Ring(self.ring.index, (*self.ring.keys, _new_key(now)))
            self._write()
        return True
