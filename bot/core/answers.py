"""Reads what a contact typed as one of the choices that were offered: a number, a label, or yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

from bot.core.effects import Button
from bot.core.library import Library
from bot.core.understood import Understood
from nlu.text.normalise import normalise

_NUMBER: Final = re.compile(r"\W{0,3}(\d{1,2})\W{0,3}")
"""``\\d`` takes the digits of every script, and so does ``int``: ٣ and ۳ are 3."""

LONGEST: Final = 60
"""A longer text is a message and not a label."""

YES: Final = ("yes", "ok", "safe")
NO: Final = ("no",)


def number_of(text: str) -> int | None:
    """Return the number a text consists of, in any script's digits, else None."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def slips(length: int) -> int:
    """Return how many typing slips are forgiven in a label of so many characters."""
    return 0 if length < 4 else 1 if length < 8 else 2  # noqa: PLR2004 - short words are too alike


def label_of(library: Library, locale: str, button: Button) -> str:
    """Return a button's label as the contact sees it, folded for comparison."""
    return normalise(library.text(locale, button.label) or button.label.msgid)


def exact(library: Library, locale: str, offered: Sequence[Button], text: str) -> str | None:
    """Return the payload of the button whose label was typed, slips aside only in case and accents; else None."""
    typed = normalise(text) if len(text) <= LONGEST else ""
    if not typed:
        return None
    return next((b.payload for b in offered if label_of(library, locale, b) == typed), None)


def chosen(
    library: Library, locale: str, offered: Sequence[Button], text: str, understood: Understood | None
) -> str | None:
    """Return the payload of the choice that was meant, or None.

    A number is a label where one is just that number (an age); else it counts from 1 in the order shown. A label
    may be typed with missing accents and a slip or two, or its beginning alone where no other label begins so:
    "yes" for "Yes, I am safe".
    """
    if not offered or len(text) > LONGEST:
        return None
    named = _by_figure(library, locale, offered, text)
    if named:
        return named
    number = number_of(text)
    if number is not None:
        return offered[number - 1].payload if 1 <= number <= len(offered) else None
    typed = normalise(text)
    if not typed:
        return None
    return _by_label(library, locale, offered, typed) or _yes_or_no(offered, understood)


def _by_figure(library: Library, locale: str, offered: Sequence[Button], text: str) -> str | None:
    """Return the payload of the choice whose label is the one figure in the text: 15 is offered, "I am 15" typed."""
    figures = re.findall(r"\d+", text)
    if len(figures) != 1:
        return None
    wanted = int(figures[0])
    return next((b.payload for b in offered if number_of(label_of(library, locale, b)) == wanted), None)


def _by_label(library: Library, locale: str, offered: Sequence[Button], typed: str) -> str | None:
    labels = [(label_of(library, locale, button), button.payload) for button in offered]
    firsts = [(label.partition(",")[0], payload) for label, payload in labels if "," in label]
    meant = next((payload for label, payload in labels if label == typed), None)
    if meant:
        return meant
    heads = [payload for head, payload in firsts if head == typed]
    if len(heads) == 1:
        return heads[0]
    near = sorted(
        (OSA.distance(typed, label), payload)
        for label, payload in labels
        if abs(len(label) - len(typed)) <= 2  # noqa: PLR2004 - no more slips are forgiven
    )
    if near and near[0][0] <= slips(len(typed)) and (len(near) == 1 or near[1][0] > near[0][0]):
        return near[0][1]
    begun = [payload for label, payload in labels if len(typed) > 3 and label.startswith(typed)]  # noqa: PLR2004 - as above
    return begun[0] if len(begun) == 1 else None


def _yes_or_no(offered: Sequence[Button], understood: Understood | None) -> str | None:
    best = understood.ranking[0] if understood and understood.ranking else None
    wanted = {"affirm": YES, "deny": NO}.get(best.topic if best and best.confidence >= 0.5 else "")  # noqa: PLR2004 - more likely than not
    if not wanted:
        return None
    found = [button.payload for button in offered if button.payload.rpartition("/")[2] in wanted]
    return found[0] if len(found) == 1 else None
