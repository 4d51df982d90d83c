"""A passkey made of software: it signs as a security key does (WebAuthn level 3, ES256, no attestation)."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    def __init__(self, origin="http://localhost", host="localhost", *, flags=PRESENT | VERIFIED) -> None:
        self.id = secrets.token_bytes(16)
        self.origin, self.host, self.flags, self.count = origin, host, flags, 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def _client(self, kind, options) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        self.count += 1
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **response: bytes) -> str:
        given = {name: text(value) for name, value in response.items()}
        whole = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**whole, "response": given})

    def made(self, options: str) -> str:
        """Answer to ``navigator.credentials.create``."""
        asked = json.loads(options)
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(self.flags | ATTESTED) + credential
        return self._answer(
            clientDataJSON=self._client("webauthn.create", asked),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        )

    def signed(self, options: str) -> str:
        """Answer to ``navigator.credentials.get``."""
        client, data = self._client("webauthn.get", json.loads(options)), self._data(self.flags)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)
