"""From HTML to PDF, by the browser that is installed. Nothing is loaded from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bot.errors import UcareError

BROWSERS: Final = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
PATIENCE: Final = 300.0
"""Seconds that a book of a few hundred pages may take."""


class PrintError(UcareError):
    """No PDF could be made; the HTML can be printed by hand."""


def browser() -> str:
    """Return the path of a browser.

    Raises:
        PrintError: There is none; says what to install.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        msg = (
            "A PDF is made by Chromium, and there is none. Install it (Debian and Ubuntu: apt install chromium "
            "fonts-noto-core fonts-noto-color-emoji), or write the HTML with -o and print it from any browser."
        )
        raise PrintError(msg)
    return found


def pdf(html: str, target: Path) -> None:
    """Write a document as PDF.

    Raises:
        PrintError: There is no browser, or it did not manage.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="ucare-book-") as folder:
        page, made = Path(folder) / "book.html", Path(folder) / "book.pdf"
        page.write_text(html, encoding="utf-8")
        command = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
            f"--print-to-pdf={made}", page.as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to start as root with it; the page is ours
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - a browser that is installed, our own file
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"{program} did not make a PDF ({type(error).__name__})."
            raise PrintError(msg) from None
        if not made.is_file():
            msg = f"{program} did not make a PDF (status {done.returncode})."
            raise PrintError(msg)
        shutil.copyfile(made, target)
