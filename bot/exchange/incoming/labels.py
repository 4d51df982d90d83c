"""The labels of choices, out of quick replies, tests and names of categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.taking import Taking
from bot.exchange.words import Words

EXACT: Final = ("has_only_phrase", "has_phrase", "has_only_text")
OPENS: Final = frozenset({*EXACT, "has_any_word", "has_all_words", "has_beginning", "has_number_eq", "has_multiple",
                          "has_pattern"})  # fmt: skip
"""Tests that a word or a number passes, as pressing or typing a label does here."""
LABEL: Final = 20
_OURS: Final = re.compile(r"\^\\s\*\(\d+\|.+\)\\W\*\$")
"""How our own export writes the number of a choice."""
_LISTED: Final = re.compile(r"\s*\d+[.)] ")


def label_of(  # noqa: PLR0913 - everything that may hold the label
    taking: Taking, node: Node, category: Json, cases: Sequence[Json], number: int, many: int, replies: Sequence[str],
    action: str,
) -> Words:  # fmt: skip
    """Return the label of a choice with its translations.

    Args:
        taking: The flow.
        node: The node that waits.
        category: The way of the choice.
        cases: The tests that open it.
        number: Which choice it is, from 0.
        many: How many there are.
        replies: The quick replies of the question.
        action: Id of the action that holds them.
    """
    name = str(category.get("name") or f"{number + 1}")
    named = taking.words(str(category.get("uuid")), "name", name, node=node.uuid)
    typed = next((one for one in cases if str(one.get("type")) in EXACT and not _figure(one)), None)
    typed = typed or next((one for one in cases if str(one.get("type")) in EXACT), None)
    exact = argument(taking, node, typed) if typed else None
    for case in cases:
        argument(taking, node, case)
    wanted = [name.casefold(), *(str(one).casefold() for case in cases for one in case.get("arguments") or [])]
    matching = [index for index, reply in enumerate(replies) if reply.casefold().strip() in wanted]
    index = matching[0] if matching else number if len(replies) == many else None
    if index is not None:
        reply = taking.words(action, "quick_replies", replies[index], index=index, node=node.uuid)
        same = exact if exact and exact.english == reply.english else None
        return _filled(reply, same, named if named.english == reply.english else None)
    if exact and not exact.english.isdecimal() and len(exact.english) <= LABEL:
        return _filled(exact, named)
    return named


def argument(taking: Taking, node: Node, case: Json) -> Words:
    """Return the first argument of a test with its translations."""
    values = case.get("arguments") or [""]
    return taking.words(str(case.get("uuid")), "arguments", str(values[0]), node=node.uuid)


def _figure(case: Json) -> bool:
    return all(str(one).strip().isdecimal() for one in case.get("arguments") or [])


def _filled(words: Words, *others: Words | None) -> Words:
    """Return a text with translations from others where it has none."""
    found = dict(words.others)
    for one in others:
        found = {**(one.others if one else {}), **found}
    return Words(words.english, dict(sorted(found.items())))


def told_words(taking: Taking, node: Node, cases: Sequence[Json], label: Words, number: int) -> None:
    """Tell the words that opened a choice beside its label and number."""
    for case in cases:
        for one in case.get("arguments") or []:
            text = str(one).strip()
            plain = text.casefold() in {label.english.casefold(), str(number), ""}
            if not plain and not _OURS.fullmatch(text) and str(case.get("type")) in OPENS:
                says = f"“{label.english}” was opened by “{text}” too; here by its label and number, or understood"
                taking.told("note", str(case.get("type")), says, node.uuid)


def without_list(question: Words, labels: Sequence[Words]) -> Words:
    """Return a question without the numbered list of its choices: every channel shows them in its own way."""

    def change(text: str, _locale: str) -> str:
        lines = text.split("\n")
        listed = lines[-len(labels) :] if labels else []
        whole = len(lines) > len(labels) and all(_LISTED.match(line) for line in listed)
        return "\n".join(lines[: -len(labels)]).strip() if whole and listed else text

    return question.each(change)
