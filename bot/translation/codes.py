"""From our locales to the language codes of a translation service. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

NAMES: Final = {"no": ("nb",), "zh": ("zh-Hans",)}
"""Language → what services call it too."""


class Language(msgspec.Struct, frozen=True):
    """A language as ``/languages`` names it."""

    code: str
    targets: tuple[str, ...] | None = None
    """Into which others it is translated; None: an older server, which translates between all it knows."""


def pairs(languages: Sequence[Language]) -> frozenset[tuple[str, str]]:
    """Return from which code to which other a service translates."""
    every = [one.code for one in languages]
    return frozenset(
        (one.code, target)
        for one in languages
        for target in (every if one.targets is None else one.targets)
        if target != one.code
    )


def code_of(locale: str, known: Collection[str]) -> str:
    """Return the service's code for a locale (``fa_AF`` → ``fa``), or an empty text where it knows none."""
    language = locale.partition("_")[0]
    wanted = (locale.replace("_", "-"), language, *NAMES.get(language, ()))
    return next((one for one in wanted if one and one in known), "")


def pair_of(source: str, target: str, known: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the service's codes for two locales, or None where it does not translate between them."""
    found = frozenset(known)
    codes = {code for pair in found for code in pair}
    pair = code_of(source, codes), code_of(target, codes)
    return pair if pair in found else None
