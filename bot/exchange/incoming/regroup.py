"""Puts the nodes of one step of ours together again: ``say`` with its places, and ``branch`` with its arms.

That is done only where the nodes still lead to each other as they were exported. Else each node is taken by itself.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.exchange.dialects import Json
from bot.exchange.incoming.actions import SAYS
from bot.exchange.incoming.draft import Arm, Draft
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.taking import Taking
from bot.exchange.numbers import filled, take_out
from bot.exchange.outgoing.spread import ELSE
from bot.exchange.outgoing.turns import ONWARDS
from bot.exchange.words import Line, Words, from_map

KINDS: Final = frozenset({"say", "branch"})


def groups(taking: Taking) -> dict[str, list[Node]]:
    """Return the nodes of each step of ours that can be put together again, by the id of its first node."""
    found: dict[str, list[Node]] = {}
    for node in taking.nodes.values():
        if node.ours.get("kind") in KINDS and isinstance(node.ours.get("step"), str):
            found.setdefault(node.ours["step"], []).append(node)
    made = {}
    for step, some in found.items():
        if _whole(taking, some) and (some[0].ours["kind"] == "branch" or _behind(some) is not None):
            made[some[0].uuid] = some
        else:
            taking.told("note", "step", f"{step!r} was changed in the editor: its nodes became steps of their own")
    return made


def _whole(taking: Taking, some: list[Node]) -> bool:
    """Whether the nodes belong together: of one kind, and entered by the first alone."""
    ids = {one.uuid for one in some}
    inner = (before.uuid in ids for one in some[1:] for before in taking.into(one.uuid))
    marked = some[0].ours["kind"] == "say" or isinstance(some[0].ours.get("whens"), list)
    return marked and len({one.ours["kind"] for one in some}) == 1 and all(inner)


def _behind(some: list[Node]) -> str | None:
    """Return the one node to which all of a ``say`` leads in the end; None where there are several."""
    ids = {one.uuid for one in some[1:]}
    out = {to for one in some for to in one.exits.values() if to not in ids}
    return out.pop() if len(out) == 1 else None


def put_together(taking: Taking, some: list[Node]) -> Draft:
    """Return the step that a group of nodes stands for."""
    return _say(taking, some) if some[0].ours["kind"] == "say" else _branch(taking, some)


def _say(taking: Taking, some: list[Node]) -> Draft:
    first = some[0]
    draft = Draft(first.uuid, "say", first.uuid, id=first.ours["step"], next=_behind(some) or "")
    moved: dict[int, dict[str, _Found]] = {}
    intact = True
    for node in some:
        taking.look_at_router(node)
        place = str(node.ours.get("place") or "")
        lines, same = lines_of(taking, node)
        intact = intact and same
        for one in lines:
            if one.line.at is None:
                draft.lines.setdefault(place, []).append(one.line)
            else:
                moved.setdefault(one.line.at, {})[place] = one
    everywhere = {at: _one(list(found.values())) if intact or "" in found else None for at, found in moved.items()}
    for at, found in sorted(moved.items()):
        if everywhere[at] is None:
            for place, one in found.items():
                taking.told("changed", "send_msg", f"“{one.line.words.english}” differs by place now", first.uuid)
                if place != ELSE:
                    draft.lines.setdefault(place, []).insert(0, one.line)
    for kept in first.ours.get("nowhere") or []:
        line = _line(from_map(kept.get("text") or {}), kept)
        if line.at is None:
            added, index = draft.lines.setdefault(str(kept.get("place") or ""), []), kept.get("index")
            added.insert(index if isinstance(index, int) else len(added), line)
        else:
            everywhere[line.at] = line
    base = [line for _, line in sorted(everywhere.items()) if line is not None]
    draft.lines = {"": [*base, *draft.lines.pop("", [])], **draft.lines}
    return draft


class _Found(msgspec.Struct, frozen=True):
    """A statement, as it stands in a message and as it stands in a flow file."""

    line: Line
    said: Words
    numbers: dict[str, str]

    @property
    def clear(self) -> bool:
        """Whether each number tells its name."""
        return len(set(self.numbers.values())) == len(self.numbers)


def _one(found: list[_Found]) -> Line | None:
    """Return the statement that several places share, or None where they say different things."""
    best = next((one for one in found if one.clear), found[0])
    same = all(
        best.line.words.each(lambda text, _, one=one: filled(text, one.numbers)) == one.said  # type: ignore[misc]
        for one in found
    )
    return best.line if same else None


def _line(words: Words, kept: Json) -> Line:
    closed, at = kept.get("closed"), kept.get("at")
    return Line(
        words,
        tuple(map(str, kept.get("source") or ())),
        from_map(closed) if isinstance(closed, dict) else None,
        at if isinstance(at, int) else None,
    )


def lines_of(taking: Taking, node: Node) -> tuple[list[_Found], bool]:
    """Return the statements of a node of ours, and whether their sources could be told apart still."""
    said = [one for one in node.ours.get("said") or [] if isinstance(one, dict)]
    texts = [one for one in node.actions if one.get("type") in SAYS]
    for other in node.actions:
        if other not in texts and node.ours.get("part") != "asking":
            taking.told("dropped", str(other.get("type")), f"{other}: added to a step that tells something", node.uuid)
    found = [taking.words(str(one.get("uuid")), "text", str(one.get("text") or ""), node=node.uuid) for one in texts]
    if len(found) == 1 and len(said) > 1:
        found = _apart(taking, node, found[0], len(said))
    if len(found) != len(said):
        if found:
            says = "texts were added or taken away in the editor: name their sources again"
            taking.told("changed", "send_msg", says, node.uuid)
        return [_Found(Line(one), one, {}) for one in found if one.english], not said
    numbers = [one["numbers"] if isinstance(one.get("numbers"), dict) else {} for one in said]
    together = zip(found, numbers, said, strict=True)
    return [_Found(_line(take_out(one, known), kept), one, known) for one, known, kept in together], True


def _apart(taking: Taking, node: Node, words: Words, many: int) -> list[Words]:
    """Return the statements of one message, with the translations that have as many lines."""
    english = words.english.split("\n")
    others = {locale: text.split("\n") for locale, text in words.others.items()}
    for locale, lines in others.items():
        if len(lines) != len(english):
            says = f"{locale}: {len(lines)} lines for {len(english)}: {' / '.join(lines)}"
            taking.told("dropped", "translation of text", says, node.uuid)
    fit = {locale: lines for locale, lines in others.items() if len(lines) == len(english)}
    made = [Words(one, {locale: lines[at] for locale, lines in fit.items()}) for at, one in enumerate(english)]
    return made if len(made) == many else [one for one in made if one.english]


def _branch(taking: Taking, some: list[Node]) -> Draft:
    first = some[0]
    whens = [one if isinstance(one, dict) else {} for one in first.ours["whens"]]
    draft = Draft(first.uuid, "branch", first.uuid, id=first.ours["step"])
    leads = {
        number: to
        for node in some
        for number, to in zip(node.ours.get("ways") or [], _targets(node), strict=False)
        if isinstance(number, int)
    }
    draft.arms = [Arm({key: list(map(str, value)) for key, value in when.items()}, leads[number])
                  for number, when in enumerate(whens) if number in leads]  # fmt: skip
    if ONWARDS in leads:
        draft.next = leads[ONWARDS]
    else:
        draft.onwards = str(first.ours.get("next") or "")
    for node in some:
        taking.look_at_router(node)
    return draft


def _targets(node: Node) -> list[str]:
    """Return where the ways of a node lead, in their order."""
    return [node.leads(str(one.get("uuid"))) for one in node.categories] if node.router else list(node.exits.values())
