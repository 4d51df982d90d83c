"""Where models and the other Python are, and which model belongs to what is in ``nlu/`` now."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from bot.config import ROOT, Settings

SOURCES: Final = (
    "config.yml",
    "domain.yml",
    "topics.yml",
    "rules.yml",
    "data/*.yml",
    "lexicon/*.yml",
    "components/*.py",
    "text/*.py",
)
"""What a model is made of, below ``nlu/``."""


class Current(msgspec.Struct, frozen=True):
    """Which model is in use: its file name, and the fingerprint of what it was made of."""

    model: str
    fingerprint: str


def models(settings: Settings) -> Path:
    """Return the folder of the trained models."""
    return settings.ucare_data_dir / "nlu" / "models"


def python() -> Path:
    """Return the Python of the Rasa environment, whether it is there or not."""
    return ROOT / ".venv-nlu" / ("Scripts" if os.name == "nt" else "bin") / "python"


def fingerprint() -> str:
    """Return a fingerprint of everything a model is made of: data, lexicon, configuration, code and packages."""
    found = hashlib.sha256()
    files = [path for pattern in SOURCES for path in sorted((ROOT / "nlu").glob(pattern))]
    for path in [*files, ROOT / "requirements" / "nlu.txt"]:
        found.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def current(settings: Settings) -> Current | None:
    """Return which model is in use, or None where none is (or its file is gone)."""
    folder = models(settings)
    try:
        found = msgspec.json.decode((folder / "current.json").read_bytes(), type=Current)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if (folder / found.model).is_file() else None


def use(settings: Settings, chosen: Current) -> None:
    """Note which model is in use from now on: the file changes at once or not at all."""
    folder = models(settings)
    new = folder / f".current-{os.getpid()}.json"
    with new.open("wb") as file:
        file.write(msgspec.json.encode(chosen))
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / "current.json")


def environment() -> dict[str, str]:
    """Return the environment of Rasa: no telemetry, no cache that hides retraining, little noise."""
    wanted = {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_MAX_CACHE_SIZE": "0",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SANIC_WORKERS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    kept = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
    return {**kept, **wanted, "PYTHONPATH": str(ROOT)}


def setup_command() -> list[str]:
    """Return the command that makes the Rasa environment."""
    return [sys.executable, str(ROOT / "ucare"), "setup", "nlu"]
