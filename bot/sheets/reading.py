"""Reads a sheet back: XLSX or CSV, whatever order the columns are in. Nothing in it is ever run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from openpyxl import load_workbook

from bot.errors import CatalogError
from bot.sheets import cells
from bot.sheets.cells import Line, Sheet

MOST_BYTES: Final = 60_000_000
"""Of a file."""
MOST_UNPACKED: Final = 400_000_000
"""Of all that an XLSX file holds, unpacked; pictures included."""
MOST_CELL: Final = 32_767
"""Characters of a cell, as spreadsheet programs have it."""
SEPARATORS: Final = ",;\t"
NOT_OURS: Final = "is no sheet of ours: the columns id, English and translation are not all there"


def read(path: Path) -> Sheet:
    """Return the rows of a file.

    Raises:
        CatalogError: It cannot be read, or is no sheet of ours.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            msg = f"{path} is larger than {MOST_BYTES // 1_000_000} MB"
            raise CatalogError(msg)
        return _sheet(path, _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})"
        raise CatalogError(msg) from None


def _sheet(path: Path, found: Iterable[tuple[Sequence[str], str]]) -> Sheet:
    rows = iter(found)
    head, _ = next(rows, ((), ""))
    locale, places = cells.columns(list(head))
    if not locale:
        msg = f"{path} {NOT_OURS}"
        raise CatalogError(msg)
    lines = []
    for number, (row, wrong) in enumerate(rows, 2):
        kept = {name: row[at].replace("\r\n", "\n").replace("\r", "\n") for name, at in places.items() if at < len(row)}
        if any(kept.values()) or wrong:
            lines.append(Line(number, kept, wrong))
    return Sheet(locale, lines)


def _csv(path: Path) -> Iterator[tuple[Sequence[str], str]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{path} is not UTF-8; save it as “CSV UTF-8”"
        raise CatalogError(msg) from None
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(MOST_BYTES)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            yield [cells.unguard(cell) for cell in row], ""
    except csv.Error as error:
        msg = f"{path} is no well-formed CSV file ({error})"
        raise CatalogError(msg) from None


def _xlsx(path: Path) -> Iterator[tuple[Sequence[str], str]]:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile:
        msg = f"{path} is no XLSX file"
        raise CatalogError(msg) from None
    if unpacked > MOST_UNPACKED:
        msg = f"{path} unpacks to more than {MOST_UNPACKED // 1_000_000} MB"
        raise CatalogError(msg)
    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        found = [[cell.value for cell in row] for row in sheet.iter_rows()]
        book.close()
    except Exception as error:  # noqa: BLE001 - a broken file fails in many ways inside the reader
        msg = f"{path} is no well-formed XLSX file ({type(error).__name__})"
        raise CatalogError(msg) from None
    for row in found:
        wrong = "" if all(_is_text(value) for value in row) else "a cell is a number, a date or a fault, not a text"
        yield ["" if value is None else str(value) for value in row], wrong


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str | int)
