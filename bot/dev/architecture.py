"""Draws ``docs/pictures/architecture.svg`` from the layers in pyproject.toml and the imports in the code.

python -m bot.dev.architecture            writes the picture
python -m bot.dev.architecture --check    tells whether it is what the code gives; 1 where it is stale
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

from bot.config import ROOT

PICTURE: Final = ROOT / "docs" / "pictures" / "architecture.svg"
WIDTH, ROW, BOX, GAP = 960, 82, 68, 16
LEFT, TOP = 24, 60
Place = tuple[float, float, float]
"""Left edge, upper edge and width of a box."""

STYLE: Final = (
    "text{font-family:system-ui,sans-serif;fill:#1f2a2a}.n{font-weight:600;font-size:15px}.d{font-size:11px}"
    ".h{font-size:13px}rect{fill:#eef5f4;stroke:#1f6f68}.u{font-size:11px;fill:#1f6f68}"
)


def layers(root: Path = ROOT) -> list[list[str]]:
    """Return the layers, the highest first, as the contract of import-linter names them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(one for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    return [[name.strip() for name in line.replace("|", ":").split(":")] for line in contract["layers"]]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports(names: set[str], root: Path = ROOT) -> set[tuple[str, str]]:
    """Return which part of ``bot`` imports which other, at any place in its code."""
    found = set()
    for name in names:
        one = root / "bot" / name
        for path in sorted(one.rglob("*.py")) if one.is_dir() else [one.with_suffix(".py")]:
            for module in _imported(path):
                top, _, rest = module.partition(".")
                other = rest.partition(".")[0]
                if top == "bot" and other in names and other != name:
                    found.add((name, other))
    return found


def said(name: str, root: Path = ROOT) -> str:
    """Return the first sentence of a part's own docstring, up to a sign where it may be cut."""
    one = root / "bot" / name
    path = one / "__init__.py" if one.is_dir() else one.with_suffix(".py")
    line = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    return line.replace("`", "").partition(":")[0].partition(";")[0].partition(". ")[0].rstrip(".")


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width / 6:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) < 3 else [lines[0], lines[1].rstrip(",") + " …"]  # noqa: PLR2004 - room for two


def _places(rows: list[list[str]]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for number, row in enumerate(rows):
        width = (WIDTH - 2 * LEFT - GAP * (len(row) - 1)) / len(row)
        for index, name in enumerate(row):
            places[name] = (LEFT + index * (width + GAP), TOP + number * ROW, width)
    return places


def draw(root: Path = ROOT) -> str:
    """Return the picture as SVG: a row for each layer; each box says what the part is and which others it imports."""
    rows = layers(root)
    level = {name: number for number, row in enumerate(rows) for name in row}
    edges = imports(set(level), root)
    places = _places(rows)
    height = TOP + len(rows) * ROW
    title = "The parts of bot/: each imports only from the rows below it"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">',
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{height}" style="fill:#fffefb;stroke:none"/>',
        f'<text x="{LEFT}" y="34" class="h">{title}, those named after the arrow.</text>',
    ]
    for name, (x, y, width) in places.items():
        down = ", ".join(sorted(other for one, other in edges if one == name))
        lines.append(f"<g><title>{name} imports {down or 'nothing of bot'}</title>")
        lines.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" rx="8"/>')
        lines.append(f'<text x="{x + 10:.0f}" y="{y + 18:.0f}" class="n">{escape(name)}</text>')
        for number, line in enumerate(_wrapped(said(name, root), width - 16)):
            lines.append(f'<text x="{x + 10:.0f}" y="{y + 32 + 12 * number:.0f}" class="d">{escape(line)}</text>')
        shown = f"→ {down}" if down else "imports nothing of bot"
        lines.append(f'<text x="{x + 10:.0f}" y="{y + 60:.0f}" class="u">{escape(shown)}</text></g>')
    return "\n".join([*lines, "</svg>", ""])


def main(arguments: list[str]) -> int:
    """Write or check the picture; return the exit code."""
    picture = draw()
    if "--check" in arguments:
        fresh = PICTURE.is_file() and PICTURE.read_text(encoding="utf-8") == picture
        print("The picture is fresh." if fresh else "Stale. Draw it again: python -m bot.dev.architecture")
        return 0 if fresh else 1
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture, encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
