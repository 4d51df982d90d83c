"""``ucare audit list|verify|export|restart``. Exit code 1 where the chain is broken."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot import logs
from bot.config import load
from bot.errors import SettingError, UnavailableError
from bot.ports.audit import AuditEntry, Flaw, Verdict

if TYPE_CHECKING:
    from bot.store.audit import RedisAudit

BY: Final = "@command-line"
FLAWS: Final[dict[Flaw, str]] = {
    "changed": "entry {n} is not what was chained: it was changed, made up or moved",
    "missing": "entries are missing from {n} on",
    "twice": "entry {n} stands there a second time",
    "front": "the front is missing: the chain should begin with entry {n}, and retention did not cut it",
    "end": "the end is missing from entry {n} on",
    "head": "the signed head or anchor is gone or was changed; entries before {n} fit",
    "known": "from entry {n} on it is not the chain that this machine has seen before: its end was cut, or an old "
    "copy of Redis was put in its place",
    "key": "entry {n} was linked with a key that is not in this keyring",
}


def register(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    family = sub.add_parser("audit", help="who read or did what: look, take away, check that nothing was changed")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="the newest entries first")
    for name, text in (("by", "of this person"), ("verb", "only this verb"), ("what", "case id, account, team, page")):
        listing.add_argument(f"--{name}", default="", help=text, dest=f"of_{name}")
    listing.add_argument("--limit", type=int, default=100)
    listing.set_defaults(func=lambda args: _run(lambda audit: _list(audit, args)))
    verify = verbs.add_parser("verify", help="check the chain, or a file that was exported")
    verify.add_argument("file", nargs="?", type=Path)
    verify.set_defaults(func=lambda args: _verify_file(args.file) if args.file else _run(_verify))
    export = verbs.add_parser("export", help="every entry with its link, on standard output")
    export.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    export.set_defaults(func=lambda args: _run(lambda audit: _export(audit, args)))
    for one in (listing, export):
        one.add_argument("--since", default="", metavar="DATE", help="from this day or moment on (UTC): 2026-11-25")
        one.add_argument("--until", default="", metavar="DATE", help="to the end of this day, or before this moment")
    restart = verbs.add_parser("restart", help="after a break: begin the chain anew, and put the old one aside")
    restart.set_defaults(func=lambda _args: _run(_restart))


def moment(text: str, *, until: bool = False) -> int:
    """Return what a date or a moment means, in milliseconds since 1970 (UTC where no zone is given); 0: no text.

    Raises:
        SettingError: It is neither.
    """
    if not text:
        return 0
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text} is no date. Write 2026-11-25 or 2026-11-25T14:30."
        raise SettingError(msg) from None
    if until and len(text) <= len("2026-11-25"):
        found += timedelta(days=1)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def _run(verb: Callable[[RedisAudit], Awaitable[int]]) -> int:
    from bot.bootstrap.audit import open_audit  # noqa: PLC0415 - keeps the other commands quick

    async def act() -> int:
        settings = load()
        logs.configure("CRITICAL")  # what is wrong is said by the verdict
        async with open_audit(settings) as audit:
            return await verb(audit)

    return asyncio.run(act())


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _line(entry: AuditEntry) -> str:
    states = f"{entry.from_}>{entry.to}" if entry.to and entry.from_ != entry.to else ""
    said = [entry.detail] + ["NOT SIGNED"] * entry.unsigned
    words = (str(entry.n), _when(entry.at), entry.by, entry.verb, entry.what, states, " ".join(filter(None, said)))
    return "\t".join("".join(c for c in word if c.isprintable()) for word in words)


async def _list(audit: RedisAudit, args: argparse.Namespace) -> int:
    found = await audit.find(
        by=args.of_by,
        verb=args.of_verb,
        what=args.of_what,
        since=moment(args.since),
        until=moment(args.until, until=True),
        limit=max(1, args.limit),
    )
    for entry in found:
        _print(_line(entry))
    await audit.note(BY, "read_audit")
    return 0


async def _export(audit: RedisAudit, args: argparse.Namespace) -> int:
    since, until = moment(args.since), moment(args.until, until=True)
    await audit.note(BY, "export_audit", detail=args.format)
    async for line in audit.export(args.format, since=since, until=until):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return 0


def _say(verdict: Verdict, name: str) -> int:
    """Print a verdict and return the exit code."""
    if not verdict.whole:
        flaw = FLAWS[verdict.flaw or "changed"].format(n=verdict.place)
        sys.stderr.write(f"ucare: {name} is BROKEN: {flaw}. {verdict.count} entries before that are whole.\n")
        return 1
    if not verdict.count:
        _print(f"{name} is whole; it holds no entry.")
        return 0
    _print(
        f"{name} is whole: {verdict.count} entries, {verdict.first} to {verdict.head}, since {_when(verdict.since)}."
    )
    _print(f"head {verdict.head} {verdict.link}")
    if verdict.anchor == "retention":
        _print(f"What was before entry {verdict.first} was deleted at the end of its retention.")
    elif verdict.anchor == "restart":
        _print(f"It was begun anew before entry {verdict.first}, after a break.")
    if verdict.unsigned:
        _print(f"{verdict.unsigned} entries did not carry our signature when they were taken: look at them.")
    return 0


async def _verify(audit: RedisAudit) -> int:
    verdict = await audit.verify()
    await audit.note(BY, "verify_audit", detail="whole" if verdict.whole else str(verdict.flaw))
    return _say(verdict, "The audit")


def _verify_file(path: Path) -> int:
    from bot.bootstrap.audit import keys  # noqa: PLC0415 - as above
    from bot.store import audit_file  # noqa: PLC0415 - as above

    settings = load()
    logs.configure("CRITICAL")
    try:
        with path.open("rb") as file:
            checked = audit_file.check(keys(settings), file)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})."
        raise SettingError(msg) from None
    code = _say(checked.verdict, str(path))
    if code or checked.end is None:
        return code
    end = checked.end
    _print(f"When it was made, the chain ended with entry {end.head}.")

    async def compare(audit: RedisAudit) -> int:
        if await audit.chainer.holds(end.head, end.head_link, end.head_at):
            return 0
        sys.stderr.write(f"ucare: the file is whole, but the chain in Redis does not hold entry {end.head} any more.\n")
        return 1

    try:
        return _run(compare)
    except UnavailableError:
        sys.stderr.write("ucare: Redis cannot be reached: the file was not compared with the chain.\n")
        return 0


async def _restart(audit: RedisAudit) -> int:
    verdict = await audit.verify()
    if verdict.whole:
        _print("The audit is whole. Nothing was changed.")
        return 0
    await audit.chainer.restart(BY)
    return _say(await audit.verify(), "The audit")
