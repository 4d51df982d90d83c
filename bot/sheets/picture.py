"""A small picture of where a text appears: a telephone with the message before it, its own, and the buttons."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

from bot.sheets.scenes import Scene

WIDTH: Final = 260
"""Width as it is shown, in pixels; drawn twice as large."""
SCALE: Final = 2
MOST: Final = 400
"""Height as it is shown, at most; what is too long is cut below."""
SIZE: Final = 12 * SCALE
PAD: Final = 7 * SCALE
COLOURS: Final = {
    "screen": "#e8eef2", "bubble": "#ffffff", "old": "#f4f6f8", "ink": "#1c2733", "faint": "#8795a1",
    "mark": "#ffe27a", "button": "#1f6f8b",
}  # fmt: skip
FONTS: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:\\Windows\\Fonts\\segoeui.ttf",
)
"""Taken if they are there; else Pillow's own. The pictures show English."""
_UNDRAWN: Final = re.compile("[\U00010000-\U0010ffff\u2600-\u27bf\ufe0f\u200d\u20e3]+ ?")

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1)
def _font() -> Font:
    for name in FONTS:
        if Path(name).is_file():
            return ImageFont.truetype(name, SIZE)
    return ImageFont.load_default(SIZE)


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    """Return a picture whose palette holds our colours and the edges of letters: sixteen, so that files stay small."""
    edges = (("ink", "bubble"), ("ink", "mark"), ("faint", "old"), ("button", "bubble"))
    colours = [ImageColor.getrgb(one) for one in COLOURS.values()]
    for over, under in edges:
        pair = [ImageColor.getrgb(COLOURS[name]) for name in (over, under)]
        colours += [
            tuple(round(a * part + b * (1 - part)) for a, b in zip(*pair, strict=True)) for part in (0.33, 0.66)
        ]
    made = Image.new("P", (1, 1))
    made.putpalette([value for colour in colours for value in colour[:3]])
    return made


@lru_cache(maxsize=4096)
def _wide(word: str) -> float:
    return _font().getlength(word)


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in _UNDRAWN.sub("", text).splitlines() or [""]:
        line, used = "", 0.0
        for word in paragraph.split():
            if line and used + _wide(f" {word}") > width:
                lines.append(line)
                line, used = word, _wide(word)
            else:
                line, used = f"{line} {word}".strip(), used + _wide(f" {word}")
        lines.append(line)
    return lines


class _Screen:
    """Draws from above to below."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, MOST * SCALE), COLOURS["screen"])
        self.draw = ImageDraw.Draw(self.image)
        self.y = PAD

    def bubble(self, texts: list[tuple[str, bool]], *, old: bool = False) -> None:
        """Draw a message of several statements, each marked or not."""
        width = WIDTH * SCALE - 5 * PAD
        rows = [(line, marked) for text, marked in texts for line in _wrapped(text, width)]
        step = round(SIZE * 1.35)
        box = (PAD, self.y, WIDTH * SCALE - 2 * PAD, self.y + len(rows) * step + PAD)
        self.draw.rounded_rectangle(box, radius=PAD, fill=COLOURS["old" if old else "bubble"])
        at = self.y + PAD // 2
        for line, marked in rows:
            if marked:
                right = 2 * PAD + _wide(line) + PAD // 2
                self.draw.rectangle((2 * PAD - PAD // 2, at, right, at + step), fill=COLOURS["mark"])
            self.draw.text((2 * PAD, at), line, font=_font(), fill=COLOURS["faint" if old else "ink"])
            at += step
        self.y = box[3] + PAD // 2

    def button(self, label: str, *, marked: bool) -> None:
        """Draw a button."""
        step = round(SIZE * 1.35) + PAD // 2
        box = (3 * PAD, self.y, WIDTH * SCALE - 4 * PAD, self.y + step)
        fill = COLOURS["mark" if marked else "bubble"]
        self.draw.rounded_rectangle(box, radius=PAD, fill=fill, outline=COLOURS["button"], width=SCALE)
        line = _wrapped(label, WIDTH * SCALE)[0]
        left = (box[0] + box[2] - _wide(line)) / 2
        self.draw.text((left, self.y + PAD // 3), line, font=_font(), fill=COLOURS["button"])
        self.y = box[3] + PAD // 3


def draw(scene: Scene) -> tuple[bytes, int, int]:
    """Return a PNG with the width and height at which it is to be shown, in pixels."""
    screen = _Screen()
    if scene.before:
        screen.bubble([(scene.before, False)], old=True)
    if scene.lines:
        screen.bubble([(line, line == scene.text and not scene.button) for line in scene.lines])
    for label in scene.buttons:
        screen.button(label, marked=scene.button and label == scene.text)
    height = min(screen.y + PAD, MOST * SCALE)
    small = screen.image.crop((0, 0, WIDTH * SCALE, height)).quantize(palette=_palette(), dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    small.save(buffer, "PNG", bits=4)
    return buffer.getvalue(), WIDTH, height // SCALE
