"""Seals bytes with the newest key of the ring (AES-256-GCM), opens them with any, and names contacts.

A sealed value is: one byte of version, four bytes that name the key, twelve bytes of nonce, the ciphertext.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SealError
from bot.sealing.keyring import NONCE_BYTES, Keyring, Ring

VERSION = b"\x01"
HEAD = 5
REF_CHARS = 20
"""A hundred bits: no two contacts meet, and nobody finds an address by trying without the index key."""


class KeyringSealer:
    """The Sealer of an installation (``ports.basics.Sealer``)."""

    def __init__(self, keyring: Keyring, *, grace_ms: int = 0) -> None:
        """Take the keys. A key younger than ``grace_ms`` seals nothing yet where there is an older one."""
        self._keyring = keyring
        self._grace_ms = grace_ms
        self._again_at = 0
        self._ring: Ring | None = None
        self._ciphers: dict[bytes, AESGCM] = {}
        self._newest = b""
        self._signers: dict[tuple[bytes, str], bytes] = {}
        self._take()

    def _take(self) -> None:
        now = time.time_ns() // 1_000_000 if self._again_at else 0
        if self._ring is not self._keyring.ring or now > self._again_at:
            ring = self._keyring.ring
            self._ciphers = {bytes.fromhex(key.id): AESGCM(key.key) for key in ring.keys}
            now = time.time_ns() // 1_000_000
            settled = [key for key in ring.keys if now - key.made_at >= self._grace_ms]
            newest = settled[-1] if settled else ring.keys[0]
            self._newest = bytes.fromhex(newest.id)
            self._again_at = ring.keys[-1].made_at + self._grace_ms if newest is not ring.keys[-1] else 0
            self._ring = ring

    def seal(self, clear: bytes, *, purpose: str) -> bytes:
        """Return the sealed bytes; only the same purpose opens them."""
        self._take()
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, clear, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the clear bytes.

        Raises:
            SealError: They were sealed with a key that is not at hand, for another purpose, or are damaged.
        """
        self._take()
        name, nonce = sealed[1:HEAD], sealed[HEAD : HEAD + NONCE_BYTES]
        if name not in self._ciphers and sealed[:1] == VERSION:
            self._keyring.reload()  # another process may have rotated
            self._take()
        cipher = self._ciphers.get(name)
        if sealed[:1] != VERSION or cipher is None:
            msg = "This was sealed with a key that is not in the keyring. Is UCARE_DATA_DIR the right one?"
            raise SealError(msg)
        try:
            return cipher.decrypt(nonce, sealed[HEAD + NONCE_BYTES :], purpose.encode())
        except (InvalidTag, ValueError):
            msg = "This cannot be unsealed: it is damaged, or was sealed for another purpose."
            raise SealError(msg) from None

    def sign(self, message: bytes, *, purpose: str, key: str = "") -> tuple[str, bytes]:
        """Return the id of a key and a keyed hash by a key derived from it for this purpose alone.

        Args:
            message: What is signed.
            purpose: One of a few fixed words: each has its own derived key.
            key: The key to use, where a signature is checked; empty: the newest.

        Raises:
            SealError: That key is not at hand.
        """
        self._take()
        name = self._newest
        if key:
            try:
                name = bytes.fromhex(key)
            except ValueError:
                name = b""
        if name not in self._ciphers:
            self._keyring.reload()  # another process may have rotated
            self._take()
        derived = self._signers.get((name, purpose))
        if derived is None:
            found = [each.key for each in self._keyring.ring.keys if bytes.fromhex(each.id) == name]
            if not found:
                msg = "This was signed with a key that is not in the keyring. Is UCARE_DATA_DIR the right one?"
                raise SealError(msg)
            derived = hmac.digest(found[0], f"ucare sign {purpose}".encode(), hashlib.sha256)
            self._signers[name, purpose] = derived
        return name.hex(), hmac.digest(derived, message, hashlib.sha256)

    def ref(self, channel: str, address: str) -> str:
        """Return the pseudonymous reference of a contact: 20 letters and digits."""
        digest = hmac.digest(self._keyring.ring.index, f"{channel}\x00{address}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode()[:REF_CHARS].lower()
