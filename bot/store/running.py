"""Finds the local server that another process of ours runs, for short commands beside ``ucare run``."""

from __future__ import annotations

from pathlib import Path

from bot.errors import StoreError
from bot.store.client import Client


async def running_url(folder: Path) -> str:
    """Return the address of the server that runs over a data directory; empty where none answers. Never log it."""
    try:
        conf = (folder / "server.conf").read_text()
        password = (folder / "server.password").read_text()
    except OSError:
        return ""
    port = next((line.split()[1] for line in conf.splitlines() if line.startswith("port ")), "")
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    client = Client(url)
    try:
        await client.do("PING")
    except StoreError:
        return ""
    finally:
        await client.close()
    return url
