"""Names that are the same each time: ids of their things, ids of our steps, and the word that starts a flow."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Container
from typing import Final

from bot.core.flow import Flow

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "ucare")
KEYWORD: Final = 16
"""Most characters of a keyword in RapidPro."""
SLUG: Final = 24
MENU: Final = "menu"
"""The flow for whatever no keyword starts."""
_WORD: Final = re.compile(r"[a-z0-9]+")


def uid(*parts: str) -> str:
    """Return the id of a thing by what it is: the same export gives the same ids."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def slug(text: str, instead: str, *, most: int = SLUG) -> str:
    """Return an id made from a text: whole words of plain letters, digits and _; ``instead`` where none is left."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    made = ""
    for word in _WORD.findall(plain.replace("'", "")):
        longer = f"{made}_{word}" if made else word[:most]
        if len(longer) > most:
            break
        made = longer
    return made or instead


def letters_first(made: str, before: str) -> str:
    """Return an id that begins with a letter."""
    return made if made[:1].isalpha() else f"{before}_{made}"


def free(wanted: str, taken: Container[str]) -> str:
    """Return an id that is not taken: the wanted one, or with a number behind it."""
    made, number = wanted, 1
    while made in taken:
        number += 1
        made = f"{wanted}_{number}"
    return made


def keyword(flow: Flow) -> str:
    """Return the word by which a flow is started there, or nothing: its topic, and for carers ``topic_carer``."""
    word = f"{flow.topic}_carer" if flow.audience == "carer" else flow.topic
    return word if len(word) <= KEYWORD else ""
