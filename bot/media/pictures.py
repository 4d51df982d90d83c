"""Pictures: read by Pillow alone and drawn anew, so that nothing but the picture is left. Nothing is written."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Final

import msgspec
from PIL import Image, ImageFilter, ImageOps

from bot.errors import NotAllowedError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 40_000_000
"""A picture that claims more is not opened: a small file can unfold to gigabytes."""
SIDE: Final = 1600
BLURRED_SIDE: Final = 320
CANNOT: Final = "This cannot be shown here. Ask the contact what it is."


class Clean(msgspec.Struct, frozen=True):
    """A medium that may be shown."""

    type: str
    data: bytes
    width: int = 0
    height: int = 0


def picture(data: bytes, *, blurred: bool = False) -> Clean:
    """Return a picture as a new JPEG without metadata, at most ``SIDE`` pixels wide and high; or a small blurred one.

    Raises:
        NotAllowedError: It is no picture that can be shown, whatever its name says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotAllowedError(CANNOT)
                opened.draft("RGB", (SIDE, SIDE))
                side = BLURRED_SIDE if blurred else SIDE
                opened.thumbnail((side, side))  # before anything else, so that the large one is held once
                drawn = _flat(ImageOps.exif_transpose(opened))
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError, Warning) as error:
        raise NotAllowedError(CANNOT) from error
    if blurred:
        drawn = drawn.filter(ImageFilter.GaussianBlur(max(drawn.size) / 16))
    made = BytesIO()
    drawn.save(made, "JPEG", quality=85)
    return Clean("image/jpeg", made.getvalue(), *drawn.size)


def _flat(image: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they let something through."""
    shown = image.convert("RGBA")
    ground = Image.new("RGB", shown.size, "white")
    ground.paste(shown, mask=shown.getchannel("A"))
    return ground
