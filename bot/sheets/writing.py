"""Writes rows as XLSX, with pictures, or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.errors import CatalogError
from bot.i18n import review
from bot.i18n.writing import rtl
from bot.sheets import cells, picture
from bot.sheets.rows import Row

WIDTHS: Final = {
    cells.ID: 12, cells.WHERE: 24, cells.PICTURE: 38, cells.ENGLISH: 44, cells.TRANSLATION: 44, cells.MOST: 9,
    cells.PLACEHOLDERS: 16, cells.TERMS: 30, cells.STATE: 13, cells.CHECKED: 16, cells.NOTE: 30,
}  # fmt: skip
"""Column → its width, in characters."""
POINTS: Final = 0.75
"""Points of a pixel, as spreadsheets measure the height of a row."""
LOWEST: Final = 32
"""Points of a row, at least."""
HEAD: Final = PatternFill("solid", fgColor="1F4E5F")
OPEN: Final = PatternFill("solid", fgColor="FFF8DC")
TODO: Final = PatternFill("solid", fgColor="FBE0D6")


def values(row: Row) -> dict[str, str | int]:
    """Return what stands in each column of a row."""
    return {
        cells.ID: row.id,
        cells.WHERE: row.where,
        cells.PICTURE: "",
        cells.ENGLISH: row.english,
        cells.TRANSLATION: row.translation,
        cells.MOST: row.most,
        cells.PLACEHOLDERS: " ".join(row.placeholders),
        cells.TERMS: "\n".join(row.terms),
        cells.STATE: row.state,
        cells.CHECKED: row.checked,
        cells.NOTE: row.note,
    }


def write_csv(path: Path, rows: Iterable[Row], locale: str) -> int:
    """Write a CSV file in UTF-8 with a mark at its beginning, as spreadsheet programs want it; return how many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        names = [name for name in cells.COLUMNS if name != cells.PICTURE]
        heads = dict(zip(cells.COLUMNS, cells.header(locale), strict=True))
        writer.writerow([heads[name] for name in names])
        for row in rows:
            found = values(row)
            writer.writerow([cells.guard(str(found[name])) for name in names])
            count += 1
    return count


def write_xlsx(path: Path, rows: Sequence[Row], locale: str, *, pictures: bool = True) -> int:
    """Write an XLSX file; return how many rows.

    The header stays in sight, the sheet runs from right to left where the locale does, and only translation, state and
    note can be changed (without a password: it keeps from mistakes, not from people).

    Raises:
        CatalogError: A text holds a sign that a spreadsheet cannot.
    """
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]  # a new workbook has one
    sheet.title = locale
    sheet.sheet_view.rightToLeft = rtl(locale)
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    for free in ("formatColumns", "formatRows", "formatCells", "autoFilter", "sort"):
        setattr(sheet.protection, free, False)
    names = [name for name in cells.COLUMNS if pictures or name != cells.PICTURE]
    heads = dict(zip(cells.COLUMNS, cells.header(locale), strict=True))
    for at, name in enumerate(names, 1):
        head = sheet.cell(1, at, heads[name])
        head.font, head.fill = Font(bold=True, color="FFFFFF"), HEAD
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(at)].width = WIDTHS[name]
    for number, row in enumerate(rows, 2):
        _write_row(sheet, number, row, names, locale)
    if rows:
        _validate(sheet, names, len(rows) + 1)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(rows) + 1}"
    book.save(path)
    return len(rows)


def _write_row(sheet: Worksheet, number: int, row: Row, names: Sequence[str], locale: str) -> None:
    found = values(row)
    height = LOWEST
    for at, name in enumerate(names, 1):
        cell: Cell = sheet.cell(number, at)  # type: ignore[assignment]  # nothing is merged here
        try:
            cell.value = found[name]
        except IllegalCharacterError:
            msg = f"{row.where}: the text holds a sign that cannot be printed; `ucare flows check` says where."
            raise CatalogError(msg) from None
        if isinstance(found[name], str) and found[name]:
            cell.data_type = "s"  # also what begins like a formula
            cell.quotePrefix = str(found[name])[0] in "=+-@"
        order = (2 if rtl(locale) else 1) if name in {cells.TRANSLATION, cells.NOTE} else 1
        cell.alignment = Alignment(wrap_text=True, vertical="top", readingOrder=order)
        if name in cells.WRITABLE:
            cell.protection = Protection(locked=False)
            cell.fill = TODO if name == cells.TRANSLATION and row.state in {"missing", "fuzzy"} else OPEN
    if cells.PICTURE in names:
        data, width, high = picture.draw(row.scene)
        image = Image(io.BytesIO(data))
        image.width, image.height = width, high
        sheet.add_image(image, f"{get_column_letter(names.index(cells.PICTURE) + 1)}{number}")
        height = max(LOWEST, round(high * POINTS) + 4)
    lines = max(len(row.english), len(row.translation)) // (WIDTHS[cells.ENGLISH] - 6) + 1
    sheet.row_dimensions[number].height = min(400, max(height, 15 * lines))


def _validate(sheet: Worksheet, names: Sequence[str], last: int) -> None:
    """Let the program say at once what an import would refuse."""
    letter = {name: get_column_letter(at) for at, name in enumerate(names, 1)}
    length = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=f"${letter[cells.MOST]}2", allow_blank=True,
        errorStyle="warning", errorTitle="Too long", error="The translation is longer than the maximum.",
    )  # fmt: skip
    length.add(f"{letter[cells.TRANSLATION]}2:{letter[cells.TRANSLATION]}{last}")
    state = DataValidation(type="list", formula1=f'"{",".join(review.STATES)}"', allow_blank=True, errorStyle="warning")
    state.add(f"{letter[cells.STATE]}2:{letter[cells.STATE]}{last}")
    for one in (length, state):
        sheet.add_data_validation(one)
