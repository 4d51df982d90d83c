"""Made-up cases in many languages, for pictures and for the tests of how pages look. None of these people exists."""

from __future__ import annotations

import msgspec

from bot.core.escalation import SecondLook
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
}

# id, level, pseudonym, topic, country, locale, channel, age of the case (min), audience, age band, state, owner, more
CASES = (
    ("c1", "T0", "Red Fox", "danger", "GR", "ar", "whatsapp", 3, "child", "12-15", "waiting", "", {}),
    ("c2", "T1", "Blue Heron", "abuse", "BE", "fa_AF", "telegram", 22, "child", "16-17", "waiting", "", {"announced": 2}),
    ("c3", "T1", "Quiet Otter", "missing", "DE", "ps", "telegram", 9, "carer", "", "waiting", "", {"labels": ("unaccompanied",)}),
    ("c4", "T1", "Bright Wren", "self_harm", "BE", "fr", "webchat", 47, "child", "16-17", "answered", "noor", {"labels": ("suicidal thoughts", "sister in Lille")}),
    ("c5", "T2", "Green Linden", "age_assessment", "BE", "nl", "whatsapp", 95, "child", "16-17", "waiting", "", {}),
    ("c6", "T2", "Small Lantern", "family_reunification", "DE", "de", "webchat", 310, "carer", "", "assigned", "sam", {"team": "berlin"}),
    ("c7", "T2", "Old Harbour", "police", "GR", "el", "telegram", 440, "child", "12-15", "waiting", "", {"announced": 1, "team": "lesvos"}),
    ("c8", "T2", "Silver Birch", "housing", "DE", "ar", "whatsapp", 130, "child", "16-17", "assigned", "noor", {"review": True}),
    ("c9", "T3", "Warm Stone", "school", "BE", "fa_AF", "telegram", 600, "child", "0-11", "waiting", "", {}),
    ("c10", "T3", "Yellow Kite", "money_work", "DE", "fr", "webchat", 1500, "child", "16-17", "snoozed", "jonas", {}),
    ("c11", "T3", "Long River", "turning_18", "GR", "en", "telegram", 2100, "child", "16-17", "waiting", "", {"labels": ("guardian asked",)}),
    ("c12", "T3", "Little Cloud", "foster_care", "BE", "nl", "whatsapp", 3300, "carer", "", "waiting", "", {}),
)  # fmt: skip

SAID = {
    "c1": [("contact", "انا خايف. في واحد بيلحقني من المحطة", "ar"),
           ("bot", "إذا كنت في خطر الآن، اتصل بـ 112. المكالمة مجانية.", "ar"),
           ("contact", "مو عارف وين أروح", "ar")],
    "c4": [("contact", "je ne dors plus. des fois je voudrais que tout s'arrête", "fr"),
           ("bot", "Merci de me l'avoir dit. Une personne va te répondre.", "fr"),
           ("caseworker", "Bonjour, je suis Noor. Es-tu dans un endroit sûr en ce moment ?", "fr"),
           ("contact", "oui je suis dans ma chambre au centre", "fr")],
}  # fmt: skip


def lines(id: str, opened: int, owner: str) -> list[Line]:
    """Return what was said in a case."""
    found = SAID.get(id, [("contact", "Can somebody help me with this? I do not know whom to ask.", "en")])
    return [
        Line(opened + number * MINUTE, who, text, locale=locale, by=owner or "noor" if who == "caseworker" else "")
        for number, (who, text, locale) in enumerate(found)
    ]


async def fill(escalations, now: int) -> None:
    """Put all cases into the in-memory queue."""
    for id, level, name, topic, country, locale, channel, age, audience, band, state, owner, more in CASES:
        opened = now - age * MINUTE
        review = more.get("review")
        facts = {key: value for key, value in more.items() if key != "review"}
        await escalations.open(
            id, level, name, *lines(id, opened, owner), topic=topic, country=country, locale=locale, channel=channel,
            at=opened, audience=audience, ref=f"ref-{id}",
            finding=RiskFinding("danger", level, "alarm", "followed", ("FOLLOW", "ME", "AFRAID")) if level in {"T0", "T1"} else None,
            **facts,
        )  # fmt: skip
        case = escalations.cases[id]
        escalations.cases[id] = msgspec.structs.replace(
            case, state=state, assignee=owner, age_band=band, taken_at=opened + 5 * MINUTE if owner else 0,
            lease_until=now + HOUR if owner else 0, snoozed_until=now + HOUR if state == "snoozed" else 0,
            unseen=(SecondLook("lower_level", "sam", now - HOUR, "T2"),) if review else (),
        )  # fmt: skip


async def many(escalations, now: int, number: int = 200) -> None:
    """Put many cases into the queue."""
    for at in range(number):
        _, level, name, topic, country, locale, channel, age, audience, *_ = CASES[at % len(CASES)]
        level = "T3" if level == "T0" else level
        await escalations.open(
            f"m{at}", level, f"{name} {at}", *lines("", now, ""), topic=topic, country=country, locale=locale,
            channel=channel, at=now - (age + at) * MINUTE, audience=audience, ref=f"ref-m{at}",
        )  # fmt: skip
