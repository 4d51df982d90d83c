"""``ucare flows book``: what the assistant says, as a document to read and to mark. Returns the exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from bot.config import ROOT
from bot.errors import UcareError

TRANSCRIPTS: Final = ROOT / "tests" / "golden"
ENGLISH: Final = ("below", "beside", "none")
"""Where the English stands: in small print below each text, beside it, or nowhere."""


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def book(args: argparse.Namespace) -> int:
    """Write the book of a locale as HTML, as PDF, or both; without a file, HTML to the output."""
    from bot.book import making, pages, printing  # noqa: PLC0415 - keeps the other commands quick

    try:
        made = making.make(args.flows, args.locales, args.transcripts, args.locale, args.topic)
        text = pages.html(made, english=args.english)
        if args.output:
            args.output.write_text(text, encoding="utf-8")
        if args.pdf:
            printing.pdf(text, args.pdf)
    except UcareError as error:
        _tell(str(error))
        return 1
    except OSError as error:
        _tell(f"{error.filename} cannot be written ({error.strerror}).")
        return 1
    if not args.output and not args.pdf:
        _tell(text)
        return 0
    written = ", ".join(str(path) for path in (args.output, args.pdf) if path)
    _tell(f"{written}: {len(made.sentences)} texts in {args.locale}, {len(made.chapters)} chapters.")
    return 0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``book`` to the commands of ``flows``."""
    one = commands.add_parser("book", help="all conversations in a language, to print and to mark with a pen")
    one.add_argument("--locale", required=True, help="en, nl, fa_AF …")
    one.add_argument("--topic", action="append", default=[], help="only this topic; may be repeated")
    one.add_argument("-o", "--output", type=Path, metavar="FILE.html", help="the HTML to write")
    one.add_argument("--pdf", type=Path, metavar="FILE.pdf", help="the PDF to write; needs Chromium")
    one.add_argument("--english", choices=ENGLISH, default="below", help="where the English stands")
    one.add_argument("--flows", type=Path, default=ROOT / "flows", help="the folder of the flows")
    one.add_argument("--locales", type=Path, default=ROOT / "locales", help="the folder of the catalogs")
    one.add_argument("--transcripts", type=Path, default=TRANSCRIPTS, help="the folder of the golden transcripts")
    one.set_defaults(func=book)
