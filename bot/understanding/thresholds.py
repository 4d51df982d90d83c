"""The thresholds of ``nlu/thresholds.yml``, checked once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from bot.config import ROOT
from bot.core.understood import Level
from bot.errors import SettingError

FILE: Final = ROOT / "nlu" / "thresholds.yml"


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which probability on a topic is sure, and from which it is worth offering."""

    sure: float
    maybe: float


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which probability on the classifier raises an alarm, alone or beside a rule."""

    alarm: float
    check: float
    with_alarm_rule: float
    with_check_rule: float
    drop_check_rule: float
    spare: float


class Locale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which probability on a language is believed."""

    switch: float
    foreign: float


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    topic: Topic
    risk: Risk
    levels: dict[str, Level]
    locale: Locale


def load(path: Path = FILE) -> Thresholds:
    """Return the thresholds of a file. Raises SettingError where it is wrong."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Thresholds)
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{path.name}: {error}"
        raise SettingError(msg) from None
