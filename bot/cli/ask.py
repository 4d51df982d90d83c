"""``ucare ask``: what a text means, as JSON; one text, or many as JSON lines in and out, in order."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

from bot import logs
from bot.config import load
from bot.errors import SettingError


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    ask = sub.add_parser("ask", help="tell what a text means: language, topic, risk")
    ask.add_argument("text", nargs="?", help="the text; with --batch JSON lines come on standard input")
    ask.add_argument(
        "--batch", action="store_true", help='JSON lines {"text","locale","country","audience"} in, JSON lines out'
    )
    ask.add_argument("--explain", action="store_true", help="say which concepts and rules led to the answer")
    ask.add_argument("--locale")
    ask.add_argument("--country", choices=("BE", "DE", "GR"))
    ask.add_argument("--audience", choices=("child", "carer"))
    ask.set_defaults(func=_ask)


def questions(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the questions of a batch.

    Raises:
        SettingError: A line is no JSON object; says which.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
        except ValueError:
            question = None
        if not isinstance(question, dict) or not isinstance(question.get("text"), str):
            msg = f'line {number} of the input is not a JSON object with a "text": {{"text": "…", "locale": "en"}}'
            raise SettingError(msg)
        yield question


def _ask(args: argparse.Namespace) -> int:
    if args.batch == (args.text is not None):
        msg = "Give a text, or --batch and JSON lines on standard input."
        raise SettingError(msg)
    settings = load()
    logs.configure("WARNING")
    return asyncio.run(_answer(args, settings))


async def _answer(args: argparse.Namespace, settings: Any) -> int:  # noqa: ANN401 - Settings, imported late
    from bot.bootstrap.language import open_language  # noqa: PLC0415 - keeps the other commands quick
    from bot.understanding.ask import ask, ask_all, explain  # noqa: PLC0415 - as above

    batch = list(questions(iter(sys.stdin))) if args.batch else []
    async with open_language(settings, wait=True) as language:
        if args.batch:
            async for answer in ask_all(language.reader, batch):
                _print(answer)
        else:
            given = {"locale": args.locale, "country": args.country, "audience": args.audience}
            _print(await (explain if args.explain else ask)(language.reader, args.text, **given))
    return 0


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
