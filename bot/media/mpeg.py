"""MPEG audio, frame by frame: only frames are taken over, so that no tag stays, wherever it stands and whatever it is.

ISO/IEC 11172-3 (MPEG-1), 13818-3 (MPEG-2), and the usual MPEG 2.5.
"""

from __future__ import annotations

from typing import Final

from bot.errors import NotAllowedError
from bot.media.pictures import CANNOT

HEAD: Final = 4
"""Bytes of a frame's header."""
LEAST: Final = 3
"""Frames in a row without which it is taken for something else."""

V1_L2: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
V1_L3: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
V2_L23: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""Kilobits a second by the header's index; 0: the frame does not tell its length."""
RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Samples a second by the header's version (3: MPEG-1, 2: MPEG-2, 0: MPEG 2.5)."""
LAYER_3, LAYER_2 = 1, 2


def is_frame(head: bytes) -> bool:
    """Tell whether four bytes begin a frame of layer II or III."""
    return _length(head) > 0


def _length(head: bytes) -> int:
    """Return a frame's length in bytes; 0: none begins here."""
    if len(head) < HEAD or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - eleven bits set
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, sampled, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in RATES or layer not in {LAYER_2, LAYER_3} or bits in {0, 15} or sampled > 2:  # noqa: PLR2004 - reserved
        return 0
    first = version == 3  # noqa: PLR2004 - MPEG-1
    rates = (V1_L2 if layer == LAYER_2 else V1_L3) if first else V2_L23
    samples = 1152 if first or layer == LAYER_2 else 576
    return samples // 8 * rates[bits] * 1000 // RATES[version][sampled] + padding


def frames(data: bytes) -> bytes:
    """Return the first run of frames: what stands before and after it is left out.

    Raises:
        NotAllowedError: There is none.
    """
    at = begin = _after_tag(data)
    count = 0
    while length := _length(data[at : at + HEAD]):
        if at + length > len(data):
            break  # cut off in the middle
        at, count = at + length, count + 1
    if count < LEAST:
        raise NotAllowedError(CANNOT)
    return data[begin:at]


def _after_tag(data: bytes) -> int:
    """Return where the first frame may begin: after ID3 tags, which may hold what looks like one."""
    at = 0
    while data[at : at + 3] == b"ID3":
        size = data[at + 6 : at + 10]
        if len(size) < 4:  # noqa: PLR2004 - the tag's own head is cut off
            raise NotAllowedError(CANNOT)
        at += 10 + sum((byte & 0x7F) << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
        at += 10 if data[at : at + 3] == b"3DI" else 0  # a tag's foot
    while data[at : at + 1] == b"\0":  # padding
        at += 1
    return at
