"""What stands in a topic. Pure: words come from the console's catalogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.core.acts.close import OUTCOMES
from bot.desk.views import Case, Entry, Row

Say = Callable[[str], str]
"""From an English text of the console's catalogs to the group's language."""

Buttons = list[list[tuple[str, str]]]
"""Rows of (label, data)."""

NOTE: Final = "//"
"""What a note begins with."""
MAX_TITLE: Final = 120


def title(row: Row, say: Say) -> str:
    """Return the name of a topic: nothing in it comes from the contact."""
    return f"{row.level} · {row.pseudonym} · {say(row.topic.replace('_', ' '))}"[:MAX_TITLE]


def head(row: Row, say: Say) -> str:
    """Return the first message of a topic: how things are."""
    states = {
        "waiting": say("Waiting"), "assigned": say("To answer"), "answered": say("Answered"),
        "snoozed": say("Handed back"), "resolved": say("Resolved"),
    }  # fmt: skip
    facts = " · ".join(one for one in (row.country, row.region, row.locale, row.audience, row.age_band) if one)
    lines = [f"{title(row, say)}", facts, f"{states[row.state]}{f' · {row.owner}' if row.owner else ''}"]
    if row.state == "waiting":
        lines.append(say("What was written is shown here once somebody takes the case."))
    lines += [
        f"{look.by}: {say('asks for a second person')} ({look.act.replace('_', ' ')} {look.argument})"
        for look in row.asked
    ]
    return "\n".join(line for line in lines if line)


def buttons(row: Row, say: Say) -> Buttons:
    """Return the buttons under the head."""
    if row.state == "waiting":
        made: Buttons = [[(say("Take this case"), "claim")]]
    elif row.state == "resolved":
        made = []
    else:
        made = [[(say("Release"), "release"), (say("Resolve"), "resolve")]]
    made += [[(say("Confirm"), f"confirm:{look.act}"), (say("Decline"), f"decline:{look.act}")] for look in row.asked]
    return made


def outcomes(say: Say) -> Buttons:
    """Return one button for each way a case can end."""
    return [[(say(outcome.replace("_", " ")), f"resolve:{outcome}")] for outcome in OUTCOMES]


def entry(one: Entry, row: Row, say: Say) -> str:
    """Return one line of the conversation; media are named and never brought here."""
    who = {"contact": row.pseudonym, "bot": say("Bot"), "caseworker": one.by or say("Caseworker")}.get(one.who, one.by)
    if one.who == "note":
        return f"📝 {who}: {one.text}"
    said = one.text if one.kind in {"text", "button"} else f"[{one.kind}] {one.text}".rstrip()
    if one.original and not one.phrase:
        return f"{who}: {said}\n↳ {say('written so; translated by machine')}: {one.original}"
    return f"{who}: {said}" + (f"\n↳ {one.shown}" if one.shown else "")


def new_entries(case: Case, posted: int) -> list[Entry]:
    """Return what was not brought yet."""
    return list(case.entries)[posted:]
