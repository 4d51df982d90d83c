"""What a file says it is, in words: its type and size, as the app tells them. Pure; nobody has looked inside."""

from __future__ import annotations

from typing import Final

from babel.units import format_unit

NAMES: Final = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/zip": "ZIP",
    "image/heic": "HEIC",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/plain": "TXT",
    "video/3gpp": "3GP",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
}
"""Media type → what people call it."""

UNITS: Final = ((1_000_000, "digital-megabyte"), (1000, "digital-kilobyte"))


def told(type_: str, size: int, locale: str) -> str:
    """Return a declared media type and a size (bytes; 0: not told) as one short text; empty: nothing is known."""
    return " · ".join(one for one in (NAMES.get(type_, type_), _size(size, locale)) if one)


def _size(size: int, locale: str) -> str:
    if size <= 0:
        return ""
    worth, unit = next((one for one in UNITS if size >= one[0]), UNITS[-1])
    return str(format_unit(max(size / worth, 0.1), unit, length="short", format="#,##0.#", locale=locale))
