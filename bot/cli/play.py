"""``ucare play``: what a contact types on standard input, JSON lines out; ``ucare chat``: the same by hand."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from bot import logs
from bot.config import Settings, load

if TYPE_CHECKING:
    from bot.turns.direct import DirectConversation, Output


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    for name, text, func in (
        ("play", "play a conversation: a line of input is a message, JSON lines come out", _play),
        ("chat", "talk with the assistant in the terminal", _chat),
    ):
        one = sub.add_parser(name, help=text)
        one.add_argument("--locale", default="")
        one.add_argument("--country", default="", choices=("", "BE", "DE", "GR"))
        one.add_argument("--audience", default="", choices=("", "child", "carer"))
        one.add_argument("--channel", default="webchat", choices=("telegram", "whatsapp", "webchat"))
        one.add_argument(
            "--at",
            type=dt.datetime.fromisoformat,
            metavar="2026-01-04T03:00",
            help="the country's time at which it begins: telephone numbers have their hours (else a Tuesday, 14:30)",
        )
        one.set_defaults(func=func)


def _play(args: argparse.Namespace) -> int:
    from bot.turns.direct import as_line  # noqa: PLC0415 - keeps the other commands quick

    def show(outputs: list[Output]) -> None:
        for output in outputs:
            sys.stdout.write(as_line(output) + "\n")
        sys.stdout.flush()

    return asyncio.run(_talk(args, load(), show, prompt=""))


def _chat(args: argparse.Namespace) -> int:
    return asyncio.run(_talk(args, load(), _show, prompt="> "))


def _show(outputs: list[Output]) -> None:
    for output in outputs:
        message: dict[str, Any] | None = output.get("message")
        if message is None:
            sys.stdout.write(f"\n    [{', '.join(f'{k}: {v}' for k, v in output['escalation'].items() if v)}]\n")
            continue
        text = "\n    ".join(message["text"].splitlines())
        sys.stdout.write(f"\n    {text}\n")
        for number, label in enumerate(message["choices"], 1):
            sys.stdout.write(f"    {number}. {label}\n")
    sys.stdout.write("\n")
    sys.stdout.flush()


async def _talk(args: argparse.Namespace, settings: Settings, show: Any, *, prompt: str) -> int:  # noqa: ANN401 - a function of outputs
    from bot.bootstrap.base import shelf_of  # noqa: PLC0415 - keeps the other commands quick
    from bot.bootstrap.language import open_language  # noqa: PLC0415 - as above
    from bot.i18n.writing import PSEUDO  # noqa: PLC0415 - as above
    from bot.turns.direct import START, DirectConversation  # noqa: PLC0415 - as above
    from bot.turns.local import moment  # noqa: PLC0415 - as above

    logs.configure("WARNING")
    pseudo = settings.ucare_pseudo or args.locale in PSEUDO
    library = shelf_of(settings.model_copy(update={"ucare_pseudo": pseudo})).library
    async with open_language(settings, wait=True) as language:
        talk: DirectConversation = DirectConversation(
            library,
            language.reader,
            channel=args.channel,
            locale=args.locale,
            country=args.country,
            audience=args.audience,
            now=moment(args.country, args.at) if args.at else START,
        )
        while True:
            if prompt:
                sys.stdout.write(prompt)
                sys.stdout.flush()
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                return 0
            if line.strip():
                show(await talk.feed(line.rstrip("\r\n")))
