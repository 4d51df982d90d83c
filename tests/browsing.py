"""The browser of the tests: the one that is installed, else playwright's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from bot.book.printing import BROWSERS

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]


def installed() -> str | None:
    """Return the path of an installed Chromium; None: playwright's own is taken."""
    named = (path for name in BROWSERS if (path := shutil.which(name)))
    return os.environ.get("UCARE_CHROMIUM") or next(named, None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Launch it, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=ARGS)
        yield browser
        browser.close()
