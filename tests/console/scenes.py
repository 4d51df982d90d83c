"""Made-up cases in many languages, for pictures and for the tests of how pages look. None of these people exists."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.core.acts import AnyAct, file, speak
from bot.core.escalation import Escalation, SecondLook, open_escalation
from bot.core.understood import RiskFinding
from bot.ports.partitions import Line

MINUTE = 60_000
HOUR = 60 * MINUTE

PEOPLE = {
    "noor": ("caseworker", "lead"),
    "sam": ("caseworker",),
    "eleni": ("caseworker", "coordinator"),
    "jonas": ("caseworker",),
    "ada": ("administrator",),
    "carla": ("coordinator",),
    "otto": ("auditor",),
    "edith": ("editor",),
}
LANGUAGES = {"noor": ("en", "nl", "fr"), "sam": ("en", "de"), "eleni": ("en", "el"), "jonas": ("en", "de")}
ON_DUTY = ("noor", "sam", "eleni")

CASES = (
    ("c1", "T0", "Red Fox", "danger", "GR", "ar", "whatsapp", 3, "child", "12-15"),
    ("c2", "T1", "Blue Heron", "abuse", "BE", "fa_AF", "telegram", 22, "child", "16-17"),
    ("c3", "T1", "Quiet Otter", "missing", "DE", "ps", "telegram", 9, "carer", ""),
    ("c4", "T1", "Bright Wren", "self_harm", "BE", "fr", "webchat", 47, "child", "16-17"),
    ("c5", "T2", "Green Linden", "age_assessment", "BE", "nl", "whatsapp", 95, "child", "16-17"),
    ("c6", "T2", "Small Lantern", "family_reunification", "DE", "de", "webchat", 310, "carer", ""),
    ("c7", "T2", "Old Harbour", "police", "GR", "el", "telegram", 440, "child", "12-15"),
    ("c8", "T2", "Silver Birch", "housing", "DE", "ar", "whatsapp", 130, "child", "16-17"),
    ("c9", "T3", "Warm Stone", "school", "BE", "fa_AF", "telegram", 600, "child", "0-11"),
    ("c10", "T3", "Yellow Kite", "money_work", "DE", "fr", "webchat", 1500, "child", "16-17"),
    ("c11", "T3", "Long River", "turning_18", "GR", "en", "telegram", 2100, "child", "16-17"),
    ("c12", "T3", "Little Cloud", "foster_care", "BE", "nl", "whatsapp", 3300, "carer", ""),
)
"""Id, level, pseudonym, topic, country, locale, channel, age of the case in minutes, audience, age band."""

MORE = {
    "c2": {"announced": 2},
    "c3": {"labels": ("unaccompanied",)},
    "c4": {"state": "answered", "assignee": "noor", "labels": ("suicidal thoughts", "sister in Lille")},
    "c6": {"state": "assigned", "assignee": "sam", "team": "berlin"},
    "c7": {"announced": 1, "team": "lesvos"},
    "c8": {"state": "assigned", "assignee": "noor"},
    "c10": {"state": "snoozed", "assignee": "jonas"},
    "c11": {"labels": ("guardian asked",)},
}

SAID = {
    "c1": (
        ("contact", "انا خايف. في واحد بيلحقني من المحطة", "ar"),
        ("bot", "إذا كنت في خطر الآن، اتصل بـ 112. المكالمة مجانية.", "ar"),
        ("contact", "مو عارف وين أروح", "ar"),
    ),
    "c4": (
        ("contact", "je ne dors plus. des fois je voudrais que tout s'arrête", "fr"),
        ("bot", "Merci de me l'avoir dit. Une personne va te répondre.", "fr"),
        ("caseworker", "Bonjour, je suis Noor. Es-tu dans un endroit sûr en ce moment ?", "fr"),
        ("contact", "oui je suis dans ma chambre au centre", "fr"),
    ),
}


@dataclass(frozen=True)
class Noted:
    """What somebody did in a case beside talking."""

    by: str
    act: AnyAct


def notes(id_: str) -> tuple[Noted, ...]:
    """Return what was noted in a case."""
    if id_ != "c4":
        return ()
    return (
        Noted("noor", speak.Note("In her room, door open. @eleni can you reach the night staff of the centre?")),
        Noted("noor", file.Check("can_talk_safely", done=True)),
        Noted("noor", file.Check("in_danger_now", done=True)),
    )


def lines(id_: str, opened: int, owner: str) -> list[Line]:
    """Return what was said in a case."""
    found = SAID.get(id_, (("contact", "Can somebody help me with this? I do not know whom to ask.", "en"),))
    return [
        Line(opened + number * MINUTE, who, text, locale=locale, by=(owner or "noor") if who == "caseworker" else "")
        for number, (who, text, locale) in enumerate(found)
    ]


def escalations(now: int) -> list[Escalation]:
    """Return all cases as they stand."""
    found = []
    for id_, level, name, topic, country, locale, channel, age, audience, band in CASES:
        opened, more = now - age * MINUTE, MORE.get(id_, {})
        finding = RiskFinding(topic, level, "alarm", "followed", ("FOLLOW", "ME", "AFRAID"))
        case = open_escalation(
            id=id_, ref=f"ref-{id_}", partition=0, channel=channel, level=level, topic=topic, at=opened, pseudonym=name,
            locale=locale, country=country, audience=audience, finding=finding if level in {"T0", "T1"} else None,
        )  # fmt: skip
        owned, snoozed = "assignee" in more, more.get("state") == "snoozed"
        found.append(
            msgspec.structs.replace(
                case, age_band=band, taken_at=opened + 5 * MINUTE if owned else 0,
                lease_until=now + HOUR if owned and not snoozed else 0, snoozed_until=now + HOUR if snoozed else 0,
                unseen=(SecondLook("lower_level", "sam", now - HOUR, "T2"),) if id_ == "c8" else (), **more,
            )
        )  # fmt: skip
    return found


async def fill(store, now: int) -> None:
    """Put all cases into the in-memory queue."""
    for case in escalations(now):
        await store.open(case.id, case.level, case.pseudonym, *lines(case.id, case.opened_at, case.assignee))
        store.cases[case.id] = case


async def many(store, now: int, number: int = 200) -> None:
    """Put many cases into the in-memory queue."""
    for at in range(number):
        _, level, name, topic, country, locale, channel, age, audience, _ = CASES[at % len(CASES)]
        await store.open(
            f"m{at}", "T3" if level == "T0" else level, f"{name} {at}", *lines("", now, ""), topic=topic,
            country=country, locale=locale, channel=channel, at=now - (age + at) * MINUTE, audience=audience,
            ref=f"ref-m{at}",
        )  # fmt: skip
