"""Trains a model into a folder of its own, checks it with real questions, and only then puts it into use.

A model that fails its training or its check leaves the one in use as it was.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Final

import structlog

from bot.config import ROOT, Settings
from bot.errors import NluError
from bot.nlu_service import places

TRAINING_S: Final = 900
KEPT: Final = 2
"""So many models stay: the one in use and the one before."""
SETUP_HINT: Final = (
    "Free text is not understood until then; menus, buttons, risk rules and people work. "
    "Set up the language server with: ./ucare setup nlu (Rasa needs Python 3.10; NLU_PYTHON may name one)."
)

log = structlog.get_logger(__name__)


async def ensure_environment(settings: Settings) -> None:
    """Make the Rasa environment where it is missing, with its progress on standard error.

    Raises:
        NluError: It cannot be made; the message says what to do.
    """
    if places.python().exists():
        return
    extra = {"NLU_PYTHON": settings.nlu_python} if settings.nlu_python else {}
    process = await asyncio.create_subprocess_exec(
        *places.setup_command(), cwd=ROOT, env={**os.environ, **extra}, stdout=sys.stderr, start_new_session=True
    )
    if await _finish(process, None):
        raise NluError(SETUP_HINT)


async def train(settings: Settings, *, force: bool = False) -> Path:
    """Return the file of a model that belongs to what is in ``nlu/`` now; train where it is missing or stale.

    Raises:
        NluError: The training or the check failed; the model in use before is still the one in use.
    """
    wanted = places.fingerprint()
    found = places.current(settings)
    if found and found.fingerprint == wanted and not force:
        return places.models(settings) / found.model
    await ensure_environment(settings)
    folder = places.models(settings)
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".training-", dir=folder))
    try:
        made = await _train(work)
        await check(made)
        name = f"topics-{wanted}.tar.gz"
        made.replace(folder / name)
        places.use(settings, places.Current(name, wanted))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _tidy(folder, name)
    log.info("nlu.trained", model=name)
    return folder / name


async def _train(work: Path) -> Path:
    log.info("nlu.training")
    code, said = await _rasa(
        [
            *("-m", "rasa", "train", "nlu", "-u", "nlu/data", "-c", "nlu/config.yml", "-d", "nlu/domain.yml"),
            *("--out", str(work), "--fixed-model-name", "topics"),
        ],
        {"RASA_CACHE_DIRECTORY": str(work / "cache")},
    )
    made = work / "topics.tar.gz"
    if code or not made.is_file():
        msg = f"The training failed (exit code {code}):\n{said[-2000:]}"
        raise NluError(msg)
    return made


async def check(model: Path) -> None:
    """Ask a model real questions before it is used. Raises NluError where it does not load or answers badly."""
    code, said = await _rasa(["-m", "nlu.components.check", str(model)], {})
    if code:
        msg = f"The new model failed its check and is not used:\n{said[-2000:]}"
        raise NluError(msg)


async def _rasa(arguments: list[str], extra: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(places.python()),
        *arguments,
        cwd=ROOT,
        env={**places.environment(), **extra},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    said = bytearray()

    async def listen() -> None:
        assert process.stdout is not None
        while part := await process.stdout.read(65536):
            said.extend(part)

    code = await _finish(process, listen())
    return code, said.decode("utf-8", "replace")


async def _finish(process: asyncio.subprocess.Process, listening: Awaitable[None] | None) -> int:
    """Wait for a child; end its whole group where the time is up or we are cancelled."""
    try:
        async with asyncio.timeout(TRAINING_S):
            if listening is not None:
                await listening
            return await process.wait()
    except TimeoutError:
        return 124
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _tidy(folder: Path, name: str) -> None:
    others = sorted(
        (path for path in folder.glob("topics-*.tar.gz") if path.name != name), key=lambda path: path.stat().st_mtime
    )
    for path in others[: max(0, len(others) - (KEPT - 1))]:
        path.unlink(missing_ok=True)
