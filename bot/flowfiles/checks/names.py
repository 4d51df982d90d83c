"""Names that must exist: steps, flows, topics, acts, types, places, audiences, and what branches ask about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.core.flow import Act, Ask, Branch, Choose, Escalate, Say, Set
from bot.core.library import COUNTRIES, SYSTEM_FLOWS
from bot.core.steps.act import ACTS
from bot.core.steps.ask import TYPES
from bot.flowfiles import ways
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check

AUDIENCES: Final = frozenset({"any", "child", "carer"})
KNOWN: Final = {
    "country": frozenset({*COUNTRIES, "XX", "unknown"}),
    "audience": frozenset({"child", "carer", "unknown"}),
    "channel": frozenset({"telegram", "whatsapp", "webchat"}),
    "level": frozenset({"T0", "T1", "T2", "T3", "unknown"}),
    **dict.fromkeys(("hidden", "welcomed", "case", "waiting"), frozenset({"yes", "no"})),
}
"""What a branch may ask about → the values it can meet."""
FREE: Final = frozenset({"region", "locale", "age"})
_ID: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?")
_STEP: Final = re.compile(r"[a-z0-9][a-z0-9_]*")
_AGES: Final = re.compile(r"age:\d{1,2}(-\d{1,2})?")
_REGION: Final = re.compile(rf"(?:{'|'.join(COUNTRIES)})-[A-Z0-9]{{1,4}}")


@check("bad_id", "Use small letters, digits and _; a flow may have one dot (guardian.child).")
def bad_id(book: Book) -> Iterator[Found]:
    """Find ids that would break the payload of a button."""
    for flow in book.flows.values():
        if not _ID.fullmatch(flow.id):
            yield book.at(flow.id), f"the id {flow.id!r} cannot be used"
        for step in flow.steps.values():
            if not _STEP.fullmatch(step.id):
                yield book.at(f"{flow.id}/{step.id}"), f"the id {step.id!r} cannot be used"
            for choice in step.choose if isinstance(step, Choose) else ():
                if not _STEP.fullmatch(choice.id):
                    yield book.at(f"{flow.id}/{step.id}/{choice.id}"), f"the id {choice.id!r} cannot be used"


@check("double_id", "Give each choice of a question an id of its own.")
def double_id(book: Book) -> Iterator[Found]:
    """Find choices of one question with the same id."""
    for flow, step in book.chooses():
        ids = [choice.id for choice in step.choose]
        for name in sorted({one for one in ids if ids.count(one) > 1}):
            yield book.at(f"{flow.id}/{step.id}/{name}"), f"two choices have the id {name!r}"


@check("unknown_step", "Name a step of the same flow; to enter another flow use `flow:` in a choice or a step `link:`.")
def unknown_step(book: Book) -> Iterator[Found]:
    """Find a next that names no step."""
    for where, message in ways.lost_steps(book.flows):
        yield book.at(where), message


@check("unknown_flow", "Write the flow, or name one that exists (`ucare flows list`).")
def unknown_flow(book: Book) -> Iterator[Found]:
    """Find links and choices into flows that do not exist."""
    for where, message in ways.lost_flows(book.flows):
        yield book.at(where), message


@check("missing_system_flow", "The engine enters this flow by name: write it in flows/system/.")
def missing_system_flow(book: Book) -> Iterator[Found]:
    """Find flows that the engine needs and nobody wrote."""
    for name in sorted(SYSTEM_FLOWS - book.flows.keys()):
        yield (f"{book.folder.name}/system/", 1), f"the flow {name!r} is missing"


@check("unknown_topic", "Use a topic of nlu/topics.yml.")
def unknown_topic(book: Book) -> Iterator[Found]:
    """Find topics that are not in the contract."""
    for flow in book.flows.values():
        if flow.topic and flow.topic not in book.topics:
            yield book.at(flow.id), f"there is no topic {flow.topic!r}"
        for step in flow.steps.values():
            if isinstance(step, Escalate) and step.topic and step.topic not in book.topics:
                yield book.at(f"{flow.id}/{step.id}"), f"there is no topic {step.topic!r}"


@check("double_topic", "Keep one flow for a topic, audience and country; only that one would ever be found.")
def double_topic(book: Book) -> Iterator[Found]:
    """Find two flows that answer the same question of the same people."""
    seen: dict[tuple[str, str, str], str] = {}
    for flow in book.flows.values():
        for country in flow.countries or ("",) if flow.topic else ():
            first = seen.setdefault((flow.topic, flow.audience, country), flow.id)
            if first != flow.id:
                yield book.at(flow.id), f"{flow.id} and {first} have the same topic, audience and country"


@check(
    "topic_without_flow",
    "Write a flow for it; until then the contact is told that there is no checked answer yet.",
    severity="warning",
)
def topic_without_flow(book: Book) -> Iterator[Found]:
    """Find topics that are understood but not answered."""
    answered = {flow.topic for flow in book.flows.values()}
    for topic, group in book.topics.items():
        if topic not in answered and topic not in {"affirm", "deny"} and group != "risk":
            yield ("nlu/topics.yml", 1), f"no flow answers the topic {topic!r}"


@check("unknown_audience", "Write child, carer or any.")
def unknown_audience(book: Book) -> Iterator[Found]:
    """Find audiences that nobody belongs to."""
    for flow in book.flows.values():
        if flow.audience not in AUDIENCES:
            yield book.at(flow.id), f"there is no audience {flow.audience!r}"


@check("unknown_country", f"Write {', '.join(COUNTRIES)}, a region such as BE-VLG, or an age band such as age:0-14.")
def unknown_country(book: Book) -> Iterator[Found]:
    """Find countries and overlays that no contact is ever in."""
    for flow in book.flows.values():
        for country in flow.countries:
            if country not in COUNTRIES:
                yield book.at(flow.id), f"there is no country {country!r}"
        for step in flow.steps.values():
            for key in step.overlay if isinstance(step, Say) else ():
                if key not in COUNTRIES and not _REGION.fullmatch(key) and not _AGES.fullmatch(key):
                    yield book.at(f"{flow.id}/{step.id}"), f"there is no place {key!r}"


@check(
    "region_never_set", "Ask for the region (`set: {region: …}` in a choice), or use the country.", severity="warning"
)
def region_never_set(book: Book) -> Iterator[Found]:
    """Find region overlays that nobody sees, because no flow ever asks for that region."""
    regions = {values["region"] for values in _sets(book) if "region" in values}
    for flow in book.flows.values():
        for step in flow.steps.values():
            for key in step.overlay if isinstance(step, Say) else ():
                if _REGION.fullmatch(key) and key not in regions:
                    yield book.at(f"{flow.id}/{step.id}"), f"no flow sets the region {key}, so nobody sees its text"


def slots_of(book: Book) -> set[str]:
    """Return the names of all answers that some flow asks for, or remembers."""
    asked = {s.slot for flow in book.flows.values() for s in flow.steps.values() if isinstance(s, Ask)}
    return asked | {name for values in _sets(book) for name in values}


def _sets(book: Book) -> Iterator[dict[str, str]]:
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Set):
                yield step.set
            elif isinstance(step, Choose):
                yield from (choice.set for choice in step.choose)


@check("unknown_act", f"Write one of {', '.join(sorted(ACTS))}.")
def unknown_act(book: Book) -> Iterator[Found]:
    """Find acts that the engine cannot do."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Act) and step.act not in ACTS:
                yield book.at(f"{flow.id}/{step.id}"), f"there is no act {step.act!r}"


@check("unknown_type", f"Write one of {', '.join(sorted(TYPES))}.")
def unknown_type(book: Book) -> Iterator[Found]:
    """Find questions whose answer cannot be read."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Ask) and step.type not in TYPES:
                yield book.at(f"{flow.id}/{step.id}"), f"there is no type of answer {step.type!r}"


@check("unknown_condition", f"Ask about {', '.join(sorted({*KNOWN, *FREE}))} or something that a flow sets.")
def unknown_condition(book: Book) -> Iterator[Found]:
    """Find branches on what is never known, and on values that never come."""
    slots = slots_of(book)
    for flow in book.flows.values():
        for step in flow.steps.values():
            for arm in step.branch if isinstance(step, Branch) else ():
                for name, values in arm.when.items():
                    place = book.at(f"{flow.id}/{step.id}")
                    if name not in KNOWN and name not in FREE and name not in slots:
                        yield place, f"nothing ever sets {name!r}"
                    for value in values:
                        if name in KNOWN and value not in KNOWN[name]:
                            yield place, f"{name} is never {value!r}"
