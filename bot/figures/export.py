"""Writes tables as CSV or XLSX. A cell that a spreadsheet would run is a text; a withheld one says what is known."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from openpyxl import Workbook
from openpyxl.cell import Cell as Spot
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.figures.cells import Cell
from bot.sheets.cells import guard

HEAD: Final = PatternFill("solid", fgColor="1C6B66")
NAME_MOST: Final = 31
"""Letters in the name of a sheet."""
WIDEST: Final = 60
_NO_NAME: Final = re.compile(r"[\\/*?:\[\]]")
_NO_SIGN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Sheet(msgspec.Struct, frozen=True):
    """One table with a title; its first row is the head."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | int | Cell]]


def value(cell: str | int | Cell) -> str | int:
    """Return what stands in a file for a cell: a number where it is one, else a text such as ``<5``."""
    if isinstance(cell, Cell):
        return cell.lo if cell.exact and not cell.few else cell.text()
    return _NO_SIGN.sub("", cell) if isinstance(cell, str) else cell


def csv_file(sheets: Iterable[Sheet]) -> bytes:
    """Return all tables one below the other, in UTF-8 with a mark at its beginning, as spreadsheet programs want it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for sheet in sheets:
        writer.writerow([guard(sheet.title)])
        if sheet.head:
            writer.writerow([guard(one) for one in sheet.head])
        for row in sheet.rows:
            writer.writerow([guard(str(value(one))) for one in row])
        writer.writerow([])
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(sheets: Iterable[Sheet], *, rtl: bool) -> bytes:
    """Return a workbook with one sheet for each table."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _write(book.create_sheet(_NO_NAME.sub(" ", sheet.title)[:NAME_MOST]), sheet, rtl=rtl)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(page: Worksheet, sheet: Sheet, *, rtl: bool) -> None:
    page.sheet_view.rightToLeft = rtl
    rows = ([sheet.head] if sheet.head else []) + list(sheet.rows)
    for number, row in enumerate(rows, 1):
        for at, one in enumerate(row, 1):
            spot: Spot = page.cell(number, at)  # type: ignore[assignment]  # nothing is merged here
            spot.value = value(one)
            if isinstance(spot.value, str):
                spot.data_type = "s"  # also what begins like a formula
                spot.quotePrefix = spot.value[:1] in {"=", "+", "-", "@"}
            spot.alignment = Alignment(wrap_text=True, vertical="top", readingOrder=2 if rtl else 1)
            if number == 1 and sheet.head:
                spot.font, spot.fill = Font(bold=True, color="FFFFFF"), HEAD
            elif isinstance(one, Cell):
                spot.alignment = Alignment(horizontal="right", vertical="top")
    for at in range(1, max((len(row) for row in rows), default=0) + 1):
        longest = max((len(str(value(row[at - 1]))) for row in rows if len(row) >= at), default=0)
        page.column_dimensions[get_column_letter(at)].width = min(WIDEST, max(10, longest + 2))
    if sheet.head:
        page.freeze_panes = "A2"
