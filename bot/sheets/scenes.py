"""Where each text appears: in words, and what stands around it on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec
from babel import Locale
from babel.messages.catalog import Message

from bot.core.flow import Ask, Choose, Flow, Say, Statement
from bot.flowfiles.texts import PREFIX

BETWEEN: Final = " \u203a "
AUDIENCES: Final = {"child": "", "carer": " (carers)", "any": ""}
REGIONS: Final = {
    "BE-VLG": "Flanders", "BE-WAL": "Wallonia", "BE-BRU": "Brussels", "DE-BE": "Berlin", "DE-BY": "Bavaria",
}  # fmt: skip
ROOMS: Final = {"web": "Web chat", "console": "Console", "store": "Console", "core": "Console"}
Key = tuple[str, str]


class Scene(msgspec.Struct, frozen=True):
    """One text as a contact or a caseworker meets it. Everything is English."""

    where: str
    """In words: flow, step and country, with ``BETWEEN`` between them."""
    text: str
    before: str = ""
    """The message before it."""
    lines: tuple[str, ...] = ()
    """The statements of its own message, itself among them unless it is a button."""
    buttons: tuple[str, ...] = ()
    button: bool = False
    """Whether the text is one of the buttons."""


def place(key: str) -> str:
    """Return in words whom an overlay is for: a country, a region or an age."""
    if key.startswith("age:"):
        return f"age {key.removeprefix('age:').replace('-', ' to ')}"
    country = str(Locale("en").territories.get(key[:2], key))
    return f"{country}{BETWEEN}{REGIONS.get(key, key[3:])}" if len(key) > len("BE") else country


def of_flows(flows: Iterable[Flow]) -> dict[Key, Scene]:
    """Return the scene of every text of some flows, by (context, msgid)."""
    found: dict[Key, Scene] = {}
    for flow in flows:
        for key, scene in _of_flow(flow):
            found.setdefault(key, scene)
    return found


def _of_flow(flow: Flow) -> Iterator[tuple[Key, Scene]]:
    name = f"{flow.title or flow.id}{AUDIENCES.get(flow.audience, '')}"
    if flow.title:
        where = f"{name}{BETWEEN}title"
        yield (flow.id, flow.title), Scene(where, flow.title, lines=("…",), buttons=(flow.title,), button=True)
    before = ""
    for step in flow.steps.values():
        where = f"{name}{BETWEEN}{step.id.replace('_', ' ')}"
        if isinstance(step, Say):
            yield from _statements(step.say, where, before, ())
            for key, added in step.overlay.items():
                yield from _statements(added, f"{where}{BETWEEN}{place(key)}", before, step.say)
            before = step.say[-1].text if step.say else before
        elif isinstance(step, Choose):
            labels = tuple(choice.label for choice in step.choose)
            asked = step.text.text
            if asked:
                yield (step.text.context, asked), Scene(where, asked, before, (asked,), labels)
            for label in labels:
                here = f"{where}{BETWEEN}button"
                yield (f"{flow.id}/{step.id}", label), Scene(here, label, before, (asked,), labels, button=True)
            before = asked or before
        elif isinstance(step, Ask):
            yield from _statements((step.text,), where, before, ())
            yield from _statements((step.again,), f"{where}{BETWEEN}asked again", step.text.text, ())
            before = step.text.text or before


def _statements(
    said: tuple[Statement, ...], where: str, before: str, around: tuple[Statement, ...]
) -> Iterator[tuple[Key, Scene]]:
    lines = tuple(one.text for one in (*around, *said))
    for one in said:
        if one.text:
            yield (one.context, one.text), Scene(where, one.text, before, lines)
        if one.closed:
            instead = tuple(one.closed if line == one.text else line for line in lines)
            here = f"{where}{BETWEEN}while nobody answers the number"
            yield (one.context, one.closed), Scene(here, one.closed, before, instead)


def of_phrase(context: str, text: str) -> Scene:
    """Return the scene of a sentence that a caseworker picks."""
    name = context.removeprefix(PREFIX).replace(".", BETWEEN).replace("_", " ")
    return Scene(f"A caseworker says{BETWEEN}{name}", text, lines=(text,))


def of_page(message: Message) -> Scene:
    """Return the scene of a text of the web chat's or the console's pages."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    file = PurePosixPath(str(message.locations[0][0])) if message.locations else PurePosixPath("page")
    if file.suffix == ".yml":
        return Scene(f"Console{BETWEEN}topic", text, lines=(text,))
    room = ROOMS.get(file.parts[1], "Console") if len(file.parts) > 1 else "Page"
    return Scene(f"{room}{BETWEEN}{file.stem.strip('_').replace('_', ' ')}", text, lines=(text,))


def scene_of(message: Message, flows: Mapping[Key, Scene]) -> Scene:
    """Return the scene of a message of any catalog; flows' texts are looked up."""
    context = str(message.context or "")
    text = message.id if isinstance(message.id, str) else message.id[0]
    if known := flows.get((context, text)):
        return known
    return of_phrase(context, text) if context.startswith(PREFIX) else of_page(message)
