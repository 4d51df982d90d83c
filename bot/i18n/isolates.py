"""Keeps numbers and Latin names together and in order inside text that runs from right to left.

Rules:

1. A Latin name of several words, a telephone number, an address, a sum and a fraction are one run, from left to right.
2. What only ends the sentence or stands around the run (a full stop, a comma, brackets, quotation marks) stays outside;
   the dot of an abbreviation (``e.V.``) and brackets within a number stay inside.
3. A range (10-12, 14:00-20:00) runs as its language reads it: from right to left in Arabic, from left to right in Dari,
   Pashto and the others.
4. A line without a letter of the script, but with Latin ones, is one run as a whole: it is a sentence of its own.
5. Placeholders, and what is set apart already, are left alone. Doing it twice changes nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LRI: Final = "\u2066"
"""Begins a run that goes from left to right, whatever stands around it."""
FSI: Final = "\u2068"
"""Begins a run that goes in the direction of its own first letter."""
PDI: Final = "\u2069"
"""Ends it."""
ARABIC: Final = "ar"
"""The language whose ranges run from right to left."""

_DIGITS: Final = "0-9\u0660-\u0669\u06f0-\u06f9"
_D: Final = f"[{_DIGITS}]"
_L: Final = "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1fff"
"""Latin, Greek and Cyrillic letters."""
_RTL: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_SPACE: Final = "[ \u00a0\u202f]"
_AREA: Final = rf"(?:\({_D}+\){_SPACE}?)?"
_BETWEEN: Final = "(?:[ \u00a0\u202f./:+*\u00d7=\u2212\u2013-]{1,3}|[,\u066b\u066c])"
_NUMBER: Final = (
    rf"(?:[+~≈€$£]{_SPACE}?)?{_AREA}{_D}+(?:{_BETWEEN}{_AREA}{_D}+)*"
    rf"(?:{_SPACE}?[%€$£°][{_L}{_DIGITS}]*|(?![{_L}{_DIGITS}]))"
)
_NAME: Final = rf"{_D}*[{_L}][{_L}{_DIGITS}@._'\u2019&/:+#-]*"
_NAMES: Final = rf"{_NAME}(?:{_SPACE}(?:&{_SPACE})?(?:{_NAME}|{_D}+(?![{_L}{_DIGITS}])))*"
_TOKEN: Final = re.compile(
    rf"(?P<keep>[\u2066-\u2068][^\u2069\n]*\u2069?|[\u202a-\u202e][^\u202c\n]*\u202c?|\{{[^{{}}]*\}})"
    rf"|(?P<name>(?:https?://|www\.)[^\s<>\u2066-\u2069{_RTL}]+|[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    rf"|(?P<number>{_NUMBER})|{_NAMES})"
)
_T: Final = rf"{_D}{{1,2}}(?:[:.]{_D}{{2}})?|{_D}{{4}}"
_RANGE: Final = re.compile(rf"({_T})({_SPACE}?[\u2013-]{_SPACE}?)({_T})")
_SHORT: Final = re.compile(rf"(?:^|{_SPACE})(?:[{_L}]{{1,2}}\.){{2,}}$")
"""An abbreviation whose last dot is its own."""
_AFTER: Final = ".:/'\u2019&-,;!? \u00a0\u202f"
"""What only follows a run; an opening bracket never begins one."""
_LATIN: Final = re.compile(f"[{_L}]")
_SCRIPT: Final = re.compile(f"[{_RTL}]")


@lru_cache(maxsize=8192)
def set_apart(text: str, language: str) -> str:
    """Return a text with its runs between isolation marks.

    Args:
        text: A text of a language that is written from right to left.
        language: Babel's code without a territory: ``ar``, ``fa``, ``ps``.
    """
    return "\n".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: str) -> str:
    held = any(found["keep"] and found[0][0] != "{" for found in _TOKEN.finditer(line))
    if not held and _LATIN.search(line) and not _SCRIPT.search(line):
        return f"{LRI}{line}{PDI}"
    return _TOKEN.sub(lambda found: found[0] if found["keep"] else _run(found, language), line)


def _run(found: re.Match[str], language: str) -> str:
    run = found[0]
    if found["number"]:
        if len(run) == 1:
            return run
        ends = _RANGE.fullmatch(run) if language == ARABIC else None
        return f"{LRI}{ends[1]}{PDI}{ends[2]}{LRI}{ends[3]}{PDI}" if ends else f"{LRI}{run}{PDI}"
    whole = run if _SHORT.search(run) else run.rstrip(_AFTER)
    return f"{LRI}{whole}{PDI}{run[len(whole) :]}"
