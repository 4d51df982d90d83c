"""The name a caseworker sees instead of a contact's: two plain words and a number.

It comes from the id of the case and not from the contact: another case of the same contact has another name. The
words say nothing about age, sex, origin or mood.
"""

from __future__ import annotations

import hashlib
from typing import Final

FIRST: Final = (
    "Amber", "Azure", "Birch", "Bronze", "Cedar", "Clover", "Copper", "Coral", "Crystal", "Fern", "Garnet", "Ginger",
    "Golden", "Granite", "Hazel", "Indigo", "Ivy", "Jade", "Juniper", "Lemon", "Lilac", "Linden", "Maple", "Marble",
    "Mint", "Olive", "Opal", "Pearl", "Pine", "Saffron", "Silver", "Willow",
)  # fmt: skip
SECOND: Final = (
    "Bay", "Bridge", "Brook", "Cliff", "Cloud", "Comet", "Dune", "Field", "Garden", "Grove", "Harbour", "Hill",
    "Island", "Lake", "Lantern", "Meadow", "Moon", "Orchard", "Path", "Planet", "Pond", "Rain", "River", "Sail",
    "Shell", "Spring", "Star", "Stone", "Stream", "Valley", "Wave", "Wind",
)  # fmt: skip


def pseudonym(case: str) -> str:
    """Return the name of a case, always the same for the same id: ``Maple River 27``."""
    seed = hashlib.sha256(f"pseudonym:{case}".encode()).digest()
    number = int.from_bytes(seed[2:6], "big") % 900 + 100
    return f"{FIRST[seed[0] % len(FIRST)]} {SECOND[seed[1] % len(SECOND)]} {number}"
