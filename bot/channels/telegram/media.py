"""What a message of Telegram holds beside text → where it can be fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.core.events import Medium

FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,64}")
MOST: Final = 2**53

FIELDS: Final[tuple[tuple[str, str], ...]] = (
    ("voice", "audio/ogg"),
    ("audio", ""),
    ("video", "video/mp4"),
    ("video_note", "video/mp4"),
    ("animation", "video/mp4"),
    ("photo", "image/jpeg"),
    ("sticker", "image/webp"),
    ("document", ""),
)
"""Field of a message → its type where the service names none. The order is that of the kinds."""


def medium_of(message: Mapping[str, Any]) -> Medium | None:
    """Return where the medium of a message can be fetched; None where there is none, or none that can be read."""
    for field, usual in FIELDS:
        found = message.get(field)
        if not found:
            continue
        if isinstance(found, list):  # a photo comes in several sizes, the largest last
            found = found[-1]
        if not isinstance(found, Mapping):
            return None
        if field == "sticker" and (found.get("is_animated") or found.get("is_video")):
            found = found.get("thumbnail")  # a still picture of what moves
            if not isinstance(found, Mapping):
                return None
        return _medium(found, usual)
    return None


def _medium(found: Mapping[str, Any], usual: str) -> Medium | None:
    id_, stated = found.get("file_id"), found.get("mime_type")
    if not (isinstance(id_, str) and FILE_ID.fullmatch(id_)):
        return None
    declared = stated.lower() if isinstance(stated, str) else usual
    return Medium(
        id_,
        declared if TYPE.fullmatch(declared) else "",
        _whole(found.get("file_size")),
        _whole(found.get("duration")),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else 0
