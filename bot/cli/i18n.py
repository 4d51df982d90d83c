"""``ucare i18n``: catalogs, and the sheets that are made from them."""

from __future__ import annotations

import argparse

from bot.i18n import commands as catalogs
from bot.sheets import commands as sheets


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    sheets.register(catalogs.register(sub))
