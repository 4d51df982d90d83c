"""``ucare run`` and the roles apart: gateway, worker, sender, console; and ``health`` for whoever watches them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from bot import logs
from bot.config import load
from bot.errors import SettingError

if TYPE_CHECKING:
    from bot.bootstrap.roles import Role, Started


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    run = sub.add_parser("run", help="everything on this machine, with web chat and console")
    run.set_defaults(func=_run, roles=("gateway", "worker", "sender", "console"))
    for role, text in (
        ("gateway", "takes what comes: webhooks, polling, web chat"),
        ("worker", "understands and answers"),
        ("sender", "delivers"),
        ("console", "where caseworkers work"),
    ):
        one = sub.add_parser(role, help=text)
        one.set_defaults(func=_run, roles=(role,))
    health = sub.add_parser("health", help="ask the role on this machine whether it lives")
    health.add_argument("--port", type=int, default=0, help="its port; PORT where none is given")
    health.set_defaults(func=_health)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _run(args: argparse.Namespace) -> int:
    from bot.bootstrap.roles import run  # noqa: PLC0415 - keeps the other commands quick

    settings = load()
    logs.configure(settings.log_level)
    roles: tuple[Role, ...] = args.roles
    return asyncio.run(run(settings, roles, _tell_all if len(roles) > 1 else _tell_one))


def _tell_one(started: Started) -> None:
    from bot.bootstrap.translation import warning  # noqa: PLC0415 - as above

    for name, address in (("chat and webhooks", started.chat), ("console", started.console)):
        if address:
            _say(f"ucare: {name} at {address}")
    if started.console and (told := warning(started.base.settings)):
        _say(f"ucare: {told}")
    _say("ucare: running (Ctrl-C stops it)")


async def _tell_all(started: Started) -> None:
    from bot.bootstrap.invite import first_link  # noqa: PLC0415 - as above
    from bot.bootstrap.translation import warning  # noqa: PLC0415 - as above

    link = await first_link(started.base, started.console)
    lines = [
        "",
        "  ucare is running.",
        "",
        f"  Chat       {started.chat}/chat",
        f"  Console    {started.console}/console",
    ]
    if link:
        lines += [
            "",
            "  The first caseworker chooses a password here (the link works once, for 72 hours):",
            f"  {link}",
        ]
    if started.language and not started.language.ready():
        lines += [
            "",
            "  The language model is being prepared (at the first start some minutes). Until it answers, typed",
            "  questions are not understood; buttons, risk rules and people work already.",
        ]
    drafts = sorted(started.base.library().drafts)
    if drafts:
        lines += ["", f"  Drafts, not yet reviewed by a native speaker: {', '.join(drafts)}."]
    if told := warning(started.base.settings):
        lines += ["", f"  {told}"]
    _say("\n".join([*lines, "", "  Ctrl-C stops everything; nothing is lost.", ""]))


def _health(args: argparse.Namespace) -> int:
    port = args.port or load().port
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=3) as answer:
            found: Any = json.load(answer)
    except (OSError, ValueError) as error:
        msg = f"Nothing answers on port {port} ({type(error).__name__})."
        raise SettingError(msg) from None
    return 0 if found.get("live") else 1
