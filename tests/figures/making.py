"""Made-up cases of some weeks, the same for the same seed."""

from __future__ import annotations

import random

import msgspec

from bot.core.escalation import Escalation, open_escalation
from bot.figures.spans import DAY_MS, Week

TOPICS = (
    "guardian", "asylum", "school", "health", "housing", "danger", "abuse", "self_harm", "money_work",
    "family_tracing", "rights", "feelings", "age_assessment", "police", "documents", "return_home", "foster_care",
    "exploitation", "missing", "interpreter",
)  # fmt: skip
LOCALES = {"ar": 8, "fa_AF": 6, "ps": 3, "en": 3, "fr": 2, "el": 1, "de": 1, "nl": 1}
TEAMS = {"GR": ("athens", "islands", ""), "BE": ("brussels", ""), "DE": ("",), "": ("",)}
OUTCOMES = {"answered": 10, "referred": 5, "other_service": 2, "no_contact": 2, "not_needed": 1, "duplicate": 1}


def cases(many: int, first: Week, weeks: int, seed: int = 1) -> list[Escalation]:
    chance = random.Random(seed)

    def one_of(weights: dict) -> str:
        return chance.choices(list(weights), list(weights.values()))[0]

    made = []
    for number in range(many):
        at = first.begins + int(chance.random() * weeks * 7 * DAY_MS)
        country = one_of({"BE": 4, "DE": 6, "GR": 10, "": 0.3})
        case = open_escalation(
            id=f"r-{number}", ref="r", partition=0, channel="telegram", pseudonym="x", at=at, country=country,
            level=one_of({"T0": 1, "T1": 4, "T2": 10, "T3": 20}), locale=one_of(LOCALES),
            topic=one_of({topic: 1 / (rank + 1) for rank, topic in enumerate(TOPICS)}),
        )  # fmt: skip
        took = int(chance.expovariate(1.7 / (case.due_at - at)))
        made.append(
            msgspec.structs.replace(
                case,
                team=chance.choice(TEAMS[country]),
                taken_at=at + took,
                answered_at=at + 2 * took,
                state="resolved",
                resolved_at=at + 3 * took + DAY_MS,
                outcome=one_of(OUTCOMES),
                helped=chance.choice([0, 0, 1, 2, 3]) if case.level > "T1" else 0,
            )
        )
    return made
