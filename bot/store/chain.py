"""The links of the audit's chain: what is signed, and how. Pure, but for the keys and a random nonce.

link = HMAC-SHA-256(key, link before + entry), over the entry's JSON as it is stored. The first link stands on 32
zero bytes. The keys are derived from the keyring: who has Redis alone can neither make a link nor a head. Writers sign
what they hand to the chainer in the same way, so that nobody can slip in an act that nobody did.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Final, Literal, TypeVar

import msgspec

from bot.errors import SealError
from bot.ports.audit import AuditEntry, kind_of
from bot.ports.basics import Sealer
from bot.store.client import Word
from bot.store.keys import digest

GENESIS: Final = bytes(32)
ACT, LINK, HEAD, ANCHOR = "audit act", "audit link", "audit head", "audit anchor"
CASE: Final = re.compile(r"[a-z2-7]{20}-[0-9a-z]+")
"""A case's id, which begins with the contact's reference: of it a digest alone is kept."""
MAX_WORD: Final = 64
MAX_DETAIL: Final = 200
"""Characters."""

T = TypeVar("T")
_encode: Final = msgspec.json.Encoder().encode
_entry: Final = msgspec.json.Decoder(AuditEntry).decode


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the chain ends."""

    n: int = 0
    link: str = ""
    at: int = 0
    """When the last entry was chained."""
    taken: Mapping[str, str] = {}
    """Source → the last id that was taken from it."""
    lag: int = 0
    """How much later than it happened an entry was ever chained at most, in milliseconds."""
    lead: int = 0
    """How much earlier, by clocks that do not agree."""

    @property
    def last(self) -> bytes:
        """The last link, in bytes."""
        return bytes.fromhex(self.link) if self.link else GENESIS


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """The entry behind which the chain begins now."""

    n: int = 0
    link: str = ""
    at: int = 0
    why: Literal["", "retention", "restart"] = ""

    @property
    def last(self) -> bytes:
        """The link that the first entry stands on."""
        return bytes.fromhex(self.link) if self.link else GENESIS


def without_case(text: str) -> str:
    """Return a text in which ids of cases are digests."""
    return CASE.sub(lambda found: digest(found[0]), text)


def act(  # noqa: PLR0913 - the fields of an entry
    at: int, by: str, verb: str, what: str = "", detail: str = "", *, from_: str = "", to: str = ""
) -> AuditEntry:
    """Return an entry that is not chained yet; ``from_`` and ``to`` are states of a case."""
    return AuditEntry(
        n=0,
        at=at,
        by=by[:MAX_WORD],
        verb=verb[:MAX_WORD],
        what=without_case(what)[:MAX_WORD],
        from_=from_,
        to=to,
        detail=without_case(detail)[:MAX_DETAIL],
        kind=kind_of(verb),
        nonce=secrets.token_hex(8),
    )


def signed(sealer: Sealer, source: str, entry: AuditEntry) -> list[Word]:
    """Return the fields under which an entry waits in a source for the chain."""
    body = _encode(entry)
    key, mac = sealer.sign(source.encode() + b"\n" + body, purpose=ACT)
    return ["d", body, "k", key, "m", mac]


def opened(sealer: Sealer, source: str, id_: str, fields: Mapping[bytes, bytes]) -> AuditEntry:
    """Return what waited in a source. What does not carry our signature is kept too, and marked."""
    body, proven = fields.get(b"d", b""), False
    try:
        entry = _entry(body)
        key = fields.get(b"k", b"").decode("ascii", "replace")
        _, mac = sealer.sign(source.encode() + b"\n" + body, purpose=ACT, key=key or "-")
        proven = hmac.compare_digest(mac, fields.get(b"m", b""))
    except SealError:
        pass
    except (msgspec.MsgspecError, UnicodeDecodeError):
        entry = _older(id_, fields)
    return msgspec.structs.replace(entry, source=f"{source} {id_}", unsigned=not proven, link="", id="")


def _older(id_: str, fields: Mapping[bytes, bytes]) -> AuditEntry:
    """Return an entry in the form of before the chain, or what can be made of it."""

    def word(name: bytes) -> str:
        return fields.get(name, b"").decode("utf-8", "replace").replace("\x00", "")[:MAX_WORD]

    at = word(b"at")
    return AuditEntry(
        n=0,
        at=int(at) if at.isascii() and at.isdigit() and len(at) <= 13 else int(id_.partition("-")[0]),  # noqa: PLR2004 - digits of milliseconds
        by=word(b"by"),
        verb=word(b"verb") or "unknown",
        what=word(b"case"),
        from_=word(b"from"),
        to=word(b"to"),
        detail=word(b"detail"),
    )


def body_of(entry: AuditEntry) -> bytes:
    """Return what a link is made over: the entry as it is stored."""
    return _encode(msgspec.structs.replace(entry, link="", id=""))


def link(sealer: Sealer, before: bytes, body: bytes, key: str = "") -> bytes:
    """Return the link of an entry by the key that it names.

    Raises:
        SealError: The key is not at hand.
    """
    return sealer.sign(before + body, purpose=LINK, key=key)[1]


def read(body: bytes) -> AuditEntry:
    """Return a stored entry.

    Raises:
        msgspec.MsgspecError: It is none.
    """
    return _entry(body)


def place(entry: AuditEntry) -> str:
    """Return the id of a chained entry in Redis: when it was chained, and its number."""
    return f"{entry.taken}-{entry.n}"


def newest(sealer: Sealer) -> str:
    """Return the id of the key that signs now."""
    return sealer.sign(b"", purpose=LINK)[0]


def seal(sealer: Sealer, purpose: str, value: Head | Anchor) -> bytes:
    """Return a head or an anchor, signed."""
    body = _encode(value)
    key, mac = sealer.sign(body, purpose=purpose)
    return f"{key}.{mac.hex()}.".encode() + body


def unseal(sealer: Sealer, purpose: str, kept: bytes | None, kind: type[T]) -> T:
    """Return a head or an anchor; the beginning where there is none.

    Raises:
        SealError: It is not signed by us.
    """
    if not kept:
        return kind()
    key, _, rest = kept.partition(b".")
    mac, _, body = rest.partition(b".")
    _, expected = sealer.sign(body, purpose=purpose, key=key.decode("ascii", "replace") or "-")
    if not hmac.compare_digest(expected.hex().encode(), mac):
        msg = "The head of the audit's chain is not signed by us: somebody changed it in Redis."
        raise SealError(msg)
    return msgspec.json.decode(body, type=kind)
