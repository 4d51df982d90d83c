"""Charts as SVG, drawn here: no script, no outside font, no colour that says something alone.

What is known exactly is a full bar; what may be more is drawn hatched, up to as much as it may be. Each bar says its
number. Lines differ in dashes as well as in colour. A chart is shown above a table with the same numbers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from xml.etree import ElementTree as ET

import msgspec
import pygal  # type: ignore[import-untyped]  # has no types
from pygal.style import Style  # type: ignore[import-untyped]  # has no types

from bot.figures.cells import Cell
from bot.i18n.isolates import LRI, PDI

# The library leaves a finder for its own plug-ins that Python 3.12 and pytest's import hook no longer understand.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

Theme = Literal["light", "dark"]
WIDE: Final = 960
HALF: Final = 520
NARROW: Final = 380
"""Widths in the picture's own points, as wide as pictures are shown: letters stay as large on a phone."""
ROW: Final = 30
"""Height of a bar with its distance."""
LETTERS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif'
SVG: Final = "http://www.w3.org/2000/svg"
SPACE: Final = f"{{{SVG}}}"
DASHES: Final = ("", "9 4", "2 4", "12 4 2 4", "5 5", "1 6")
"""One for each line; as many lines can be told apart."""


class Colours(msgspec.Struct, frozen=True):
    """Those of ``console/static/css/tokens.css``: a picture does not see the page's own."""

    panel: str
    ink: str
    soft: str
    line: str
    series: tuple[str, ...]


COLOURS: Final[dict[Theme, Colours]] = {
    "light": Colours(
        "#ffffff", "#182422", "#56635f", "#e0dfd7", ("#1c6b66", "#a5500a", "#3f51a3", "#a81e24", "#786010", "#6b3f86")
    ),
    "dark": Colours(
        "#18211f", "#e7eeeb", "#a3b2ad", "#2c3936", ("#54b3aa", "#eb9a52", "#9db0f5", "#ee6c6c", "#d6ba55", "#c79be0")
    ),
}


class Look(msgspec.Struct, frozen=True):
    """For whom a chart is drawn."""

    theme: Theme = "light"
    rtl: bool = False
    narrow: bool = False
    number: Callable[[int], str] = str
    """Writes a number in the digits of the language."""

    @property
    def letters(self) -> int:
        """How many letters a name may have; what is longer is cut."""
        return 18 if self.narrow else 30


def _style(look: Look) -> Style:
    colours = COLOURS[look.theme]
    return Style(
        background="transparent", plot_background="transparent", foreground=colours.soft,
        foreground_strong=colours.ink, foreground_subtle=colours.line, guide_stroke_color=colours.line,
        major_guide_stroke_color=colours.line, guide_stroke_dasharray="1,0", major_guide_stroke_dasharray="1,0",
        font_family=LETTERS, label_font_family=LETTERS, major_label_font_family=LETTERS, value_font_family=LETTERS,
        value_label_font_family=LETTERS, legend_font_family=LETTERS, label_font_size=13, major_label_font_size=13,
        legend_font_size=13, value_label_font_size=13, no_data_font_size=16, opacity="1", opacity_hover="1",
        colors=colours.series, value_label_colors=(colours.ink,) * 8, transition="none",
    )  # fmt: skip


def bars(table: Mapping[str, Cell], look: Look) -> bytes:
    """Return one bar for each name, from top to bottom, as the table has them."""
    width = NARROW if look.narrow else HALF
    names = list(table)[::-1]  # pygal begins at the bottom
    most = max((cell.hi if cell.hi is not None else cell.lo for cell in table.values()), default=0)
    chart = pygal.HorizontalStackedBar(
        style=_style(look), width=width, height=ROW * len(table) + 48, show_legend=False, print_values=False,
        truncate_label=look.letters, margin=8, margin_right=24, spacing=10, rounded_bars=3, **_plain(),
    )  # fmt: skip
    chart.x_labels = names
    cells = [table[name] for name in names]
    chart.value_formatter = lambda value: look.number(round(value))
    chart.y_labels = _marks(max(10, round(most * (1.3 if look.narrow else 1.2))))
    chart.add("", [cell.lo for cell in cells])
    chart.add("", [0 if cell.hi is None else cell.hi - cell.lo for cell in cells])
    tree = _still(chart)
    _label_bars(tree, [look_text(cell, look) for cell in cells], look)
    return _finished(tree, look, width)


def lines(rows: Mapping[str, Sequence[Cell]], across: Sequence[str], look: Look) -> bytes:
    """Return one line for each name; a gap where there were too few cases."""
    width = NARROW if look.narrow else WIDE
    chart = pygal.Line(
        style=_style(look), width=width, height=440 if look.narrow else 380, legend_at_bottom=True,
        legend_at_bottom_columns=1 if look.narrow else 3, truncate_legend=look.letters, truncate_label=-1, margin=8,
        margin_right=56, dots_size=3.5, show_minor_x_labels=False,
        x_labels_major_count=min(4 if look.narrow else 8, len(across)),
        allow_interruptions=True, **_plain(),
    )  # fmt: skip
    chart.x_labels = list(across)
    chart.value_formatter = lambda value: look.number(round(value))
    most = max((cell.lo for cells in rows.values() for cell in cells), default=0)
    if rows:
        chart.y_labels = _marks(max(10, most))
    for number, ((name, cells), dashes) in enumerate(zip(rows.items(), DASHES, strict=False), 1):
        stroke = {"width": 2.5, "linecap": "round"} | ({"dasharray": dashes.replace(" ", ", ")} if dashes else {})
        chart.add(f"{look.number(number)}. {name}", [cell.lo or None for cell in cells], stroke_style=stroke)
    tree = _still(chart)
    _label_lines(tree, look)
    return _finished(tree, look, width)


def look_text(cell: Cell, look: Look) -> str:
    """Return what a cell says, in the digits of the language; apart, where the text around runs from right to left."""
    text = re.sub(r"\d+", lambda found: look.number(int(found[0])), cell.text())
    return f"{LRI}{text}{PDI}" if look.rtl else text


def _marks(most: int) -> list[int]:
    step = next(s * 10**n for n in range(9) for s in (1, 2, 5) if most <= 5 * s * 10**n)
    return list(range(0, most + step, step))


def _plain() -> dict[str, Any]:
    return {
        "js": (), "disable_xml_declaration": True, "explicit_size": False, "no_data_text": "", "pretty_print": False,
        "show_minor_y_labels": True, "tooltip_border_radius": 0,
    }  # fmt: skip


def _still(chart: Any) -> ET.Element:  # noqa: ANN401 - a chart of pygal
    """Return a chart without all that moves or speaks."""
    tree = ET.fromstring(chart.render())  # noqa: S314 - our own text
    for parent in list(tree.iter()):
        for child in list(parent):
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "comment"
            if name in {"script", "comment", "metadata", "desc", "title"}:
                parent.remove(child)
    return tree


def _series(tree: ET.Element, number: int) -> list[ET.Element]:
    """Return the groups of a series."""
    name = f"serie-{number}"
    return [group for group in tree.iter(f"{SPACE}g") if name in group.get("class", "").split()]


def _text(into: ET.Element, x: float, y: float, words: str, colour: str, *, bold: bool = False) -> None:
    style = f"font-size: 13px; fill: {colour}; font-family: {LETTERS}; font-weight: {600 if bold else 400}"
    ET.SubElement(into, f"{SPACE}text", x=f"{x:.1f}", y=f"{y:.1f}", style=style).text = words


def _label_bars(tree: ET.Element, labels: Sequence[str], look: Look) -> None:
    """Hatch what is not sure, and write behind each bar what it says."""
    colours = COLOURS[look.theme]
    defs = tree.find(f"{SPACE}defs")
    pattern = ET.SubElement(
        tree if defs is None else defs, f"{SPACE}pattern", id="hatch", width="6", height="6",
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip
    ET.SubElement(pattern, f"{SPACE}rect", width="2", height="6", fill=colours.series[0])
    for group in _series(tree, 1):
        found = list(group.iter(f"{SPACE}rect"))
        for bar, label in zip(found, labels, strict=False):
            bar.set("style", f"fill: url(#hatch); stroke: {colours.series[0]}; stroke-width: 1")
            x, y, width, height = (float(bar.get(name, "0")) for name in ("x", "y", "width", "height"))
            if width < 1:
                bar.set("style", "fill: none; stroke: none")
            _text(group, x + width + 8, y + height / 2 + 4.5, label, colours.ink, bold=True)


def _label_lines(tree: ET.Element, look: Look) -> None:
    """Write its number at the end of each line."""
    colours = COLOURS[look.theme]
    ends: list[float] = []
    for number, colour in enumerate(colours.series):
        for group in _series(tree, number):
            dots = [dot for dot in group.iter(f"{SPACE}circle") if dot.get("cx")]
            if dots:
                y = float(dots[-1].get("cy", "0"))
                while any(abs(y - other) < 12 for other in ends):  # noqa: PLR2004 - the height of a digit
                    y += 12
                ends.append(y)
                _text(group, float(dots[-1].get("cx", "0")) + 9, y + 4.5, look.number(number + 1), colour, bold=True)
                break


def _finished(tree: ET.Element, look: Look, width: int) -> bytes:
    """Return a picture; turned around for who reads from right to left."""
    if look.rtl:
        _mirror(tree, width)
    tree.set("role", "img")
    tree.set("aria-hidden", "true")
    ET.register_namespace("", SVG)
    return ET.tostring(tree, encoding="unicode").encode()


def _mirror(tree: ET.Element, width: int) -> None:
    """Turn a picture around its middle, and each text in it back, so that it can be read."""
    whole = ET.Element(f"{SPACE}g", transform=f"translate({width} 0) scale(-1 1)")
    for child in list(tree):
        if child.tag != f"{SPACE}defs":
            tree.remove(child)
            whole.append(child)
    tree.append(whole)
    for text in whole.iter(f"{SPACE}text"):
        x = float(text.get("x", "0"))
        text.set("transform", f"translate({2 * x} 0) scale(-1 1)")
        text.set("direction", "rtl")
