"""Sound in an MP4 file (``.m4a``), box by box: what is not needed to play it is overwritten with nothing.

Nothing moves, so that the offsets by which the sound is found stay right. Boxes are ISO/IEC 14496-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from bot.errors import NotAllowedError
from bot.media.pictures import CANNOT

INSIDE: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts"})
"""Boxes that hold boxes, and are looked into."""
PLAYED: Final = frozenset(
    {b"ftyp", b"mvhd", b"tkhd", b"elst", b"mdhd", b"hdlr", b"smhd", b"dref", b"mdat"}
    | {b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"sgpd", b"sbgp"}
)
"""Boxes without which it cannot be played; all others are emptied."""
PIECES: Final = frozenset({b"moof", b"mvex"})
"""Of a file that was written in pieces, which is not shown."""
DATED: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
EMPTY: Final = b"free"
SOUND: Final = b"soun"
DEEPEST: Final = 8
MOST: Final = 10_000
"""Boxes."""
WIDE: Final = 16
"""Bytes of a head whose size does not fit into four."""
HERE: Final = b"\0\0\0\1"
"""Flags of a reference that leads into the file itself."""


class Box(NamedTuple):
    """Where a box stands."""

    kind: bytes
    at: int
    begin: int
    """Where its content begins."""
    end: int


def is_mp4(data: bytes) -> bool:
    """Tell whether a file says of itself that it consists of such boxes."""
    return data[4:8] == b"ftyp"


def emptied(data: bytes) -> bytes:
    """Return the file with its sound, and without tags, dates, names and pictures.

    Raises:
        NotAllowedError: It is broken, is in pieces, or holds something else than one track of sound.
    """
    walk = _Walk(data)
    walk.through(0, len(data), b"", 0)
    if walk.tracks != [SOUND] or not walk.sound:
        raise NotAllowedError(CANNOT)
    return bytes(walk.data)


class _Walk:
    """One walk through the boxes of a file."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.tracks: list[bytes] = []
        """What each track holds."""
        self.sound = False
        self._left = MOST

    def through(self, at: int, end: int, parent: bytes, deep: int) -> None:
        """Empty what is not needed between two places."""
        if deep > DEEPEST:
            raise NotAllowedError(CANNOT)
        for box in self._boxes(at, end):
            if box.kind in PIECES:
                raise NotAllowedError(CANNOT)
            if box.kind in INSIDE:
                self.through(box.begin, box.end, box.kind, deep + 1)
            elif box.kind in PLAYED:
                self._played(box, parent)
            else:
                self.data[box.at + 4 : box.at + 8] = EMPTY
                self._clear(box, box.begin, box.end)

    def _boxes(self, at: int, end: int) -> Iterator[Box]:
        while at < end:
            self._left -= 1
            size, begin = int.from_bytes(self.data[at : at + 4], "big"), at + 8
            if size == 1:
                size, begin = int.from_bytes(self.data[at + 8 : at + WIDE], "big"), at + WIDE
            elif size == 0:
                size = end - at  # the last one goes on to the end
            if begin > at + size or at + size > end or self._left < 0:
                raise NotAllowedError(CANNOT)
            yield Box(bytes(self.data[at + 4 : at + 8]), at, begin, at + size)
            at += size

    def _played(self, box: Box, parent: bytes) -> None:
        if box.kind in DATED:
            wide = 8 if self.data[box.begin : box.begin + 1] == b"\1" else 4
            self._clear(box, box.begin + 4, box.begin + 4 + 2 * wide)
        elif box.kind == b"hdlr":
            if parent == b"mdia":
                self.tracks.append(bytes(self.data[box.begin + 8 : box.begin + 12]))
            self._clear(box, box.begin + 24, box.end)  # the name of what made it
        elif box.kind == b"dref":
            for one in self._boxes(box.begin + 8, box.end):
                if self.data[one.begin : one.end] != HERE:
                    raise NotAllowedError(CANNOT)
        elif box.kind == b"mdat":
            self.sound = True

    def _clear(self, box: Box, at: int, end: int) -> None:
        at, end = min(at, box.end), min(end, box.end)
        self.data[at:end] = bytes(end - at)
