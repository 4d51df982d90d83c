"""Voice messages: known by their first bytes, and without the tags that a recorder writes into them.

Ogg is RFC 3533, Opus in Ogg RFC 7845.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from bot.errors import NotAllowedError
from bot.media import boxes, mpeg
from bot.media.pictures import CANNOT, Clean

OGG: Final = b"OggS"
HEAD: Final = 27
"""Bytes of a page before its table of segments."""
TAGS: Final = b"OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"
"""A comment packet that names no vendor and holds no comment."""
MOST_PAGES: Final = 100_000
CONTINUED: Final = 1
POLY: Final = 0x04C11DB7


class Page(msgspec.Struct, frozen=True):
    """One page of an Ogg stream."""

    head: bytes
    table: bytes
    body: bytes


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ POLY if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        found.append(value)
    return tuple(found)


CRC: Final = _table()


def crc(data: bytes) -> int:
    """Return the checksum of a page whose own field is zero."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ CRC[(value >> 24) ^ byte]
    return value


def voice(data: bytes) -> Clean:
    """Return a voice message without its tags.

    Raises:
        NotAllowedError: It is none that can be played here.
    """
    if data.startswith(OGG):
        return Clean("audio/ogg", _opus(data))
    if data.startswith(b"ID3") or mpeg.is_frame(data[: mpeg.HEAD]):
        return Clean("audio/mpeg", mpeg.frames(data))
    if boxes.is_mp4(data):
        return Clean("audio/mp4", boxes.emptied(data))
    raise NotAllowedError(CANNOT)


def _pages(data: bytes) -> Iterator[Page]:
    at = count = 0
    while at < len(data):
        count += 1
        head, table = data[at : at + HEAD], b""
        if len(head) < HEAD or not head.startswith(OGG) or count > MOST_PAGES:
            raise NotAllowedError(CANNOT)
        table = data[at + HEAD : at + HEAD + head[26]]
        start = at + HEAD + len(table)
        body = data[start : start + sum(table)]
        if len(table) != head[26] or len(body) != sum(table):
            raise NotAllowedError(CANNOT)
        yield Page(head, table, body)
        at = start + len(body)


def _written(page: Page, number: int) -> bytes:
    """Return a page under its number, with its checksum."""
    head = bytearray(page.head)
    head[18:22] = number.to_bytes(4, "little")
    head[22:26] = bytes(4)
    head[26] = len(page.table)
    whole = bytes(head) + page.table + page.body
    return whole[:22] + crc(whole).to_bytes(4, "little") + whole[26:]


def _opus(data: bytes) -> bytes:
    """Replace the second packet of an Opus stream, which holds the tags; the packets after it stay as they are."""
    pages = list(_pages(data))
    if len(pages) < 2 or not pages[0].body.startswith(b"OpusHead"):  # noqa: PLR2004 - header, tags
        raise NotAllowedError(CANNOT)
    if any(page.head[14:18] != pages[0].head[14:18] for page in pages) or not pages[1].body.startswith(b"OpusTags"):
        raise NotAllowedError(CANNOT)
    end = 1
    while pages[end].table[-1:] == b"\xff":  # the packet goes on in the next page
        end += 1
        if end >= len(pages) or not pages[end].head[5] & CONTINUED:
            raise NotAllowedError(CANNOT)
    closing = next((at for at, size in enumerate(pages[end].table) if size < 255), -1)  # noqa: PLR2004 - lacing
    if closing != len(pages[end].table) - 1:
        raise NotAllowedError(CANNOT)  # RFC 7845 lets no sound begin in that page
    tags = Page(pages[1].head, bytes([len(TAGS)]), TAGS)
    kept = [pages[0], tags, *pages[end + 1 :]]
    return b"".join(
        _whole(page) if page is not tags and _number(page) == number else _written(page, number)
        for number, page in enumerate(kept)
    )


def _number(page: Page) -> int:
    return int.from_bytes(page.head[18:22], "little")


def _whole(page: Page) -> bytes:
    """Return a page as it came: a checksum takes time, and nothing in it is new."""
    return page.head + page.table + page.body
