"""The labels of choices, out of quick replies, tests and names of categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.exchange.dialects import Json
from bot.exchange.incoming.lenient import texts
from bot.exchange.incoming.waits import Wait
from bot.exchange.words import Words
from bot.flowfiles.checks.buttons import LABEL

EXACT: Final = frozenset({"has_only_phrase", "has_phrase", "has_only_text"})
OPENS: Final = EXACT | {
    "has_any_word", "has_all_words", "has_beginning", "has_number_eq", "has_multiple", "has_pattern",
}  # fmt: skip
"""Tests that a word or a number passes, as pressing or typing a label does here."""
_OURS: Final = re.compile(r"\^\\s\*\(\d+\|.+\)\\W\*\$")
"""How our own export writes the number of a choice."""
_LISTED: Final = re.compile(r"\s*\d+[.)] ")


def label_of(wait: Wait, category: Json, number: int) -> Words:
    """Return the label of a choice (from 0) with its translations."""
    name = str(category.get("name") or number + 1)
    named = wait.taking.words(str(category.get("uuid")), "name", name, node=wait.node.uuid)
    cases, replies = wait.cases(category), wait.replies
    arguments = [_argument(wait, case) for case in cases]
    exact = [one for one, case in zip(arguments, cases, strict=True) if str(case.get("type")) in EXACT]
    typed = next((one for one in exact if not one.english.isdecimal()), next(iter(exact), None))
    wanted = [name.casefold(), *(one.strip().casefold() for case in cases for one in texts(case.get("arguments")))]
    matching = [index for index, reply in enumerate(replies) if reply.strip().casefold() in wanted]
    positional = number if len(replies) == len(wait.opened) else None
    index = matching[0] if matching else positional
    if index is not None:
        item = str(wait.raw.get("uuid"))
        reply = wait.taking.words(item, "quick_replies", replies[index], index=index, node=wait.node.uuid)
        return _filled(reply, [one for one in (typed, named) if one and one.english == reply.english])
    if typed and not typed.english.isdecimal() and len(typed.english) <= LABEL:
        return _filled(typed, [named])
    return _filled(named, [one for one in arguments if one.english.casefold() == named.english.casefold()])


def _argument(wait: Wait, case: Json) -> Words:
    """Return the first argument of a test with its translations."""
    values = texts(case.get("arguments")) or [""]
    return wait.taking.words(str(case.get("uuid")), "arguments", values[0], node=wait.node.uuid)


def _filled(words: Words, others: Sequence[Words]) -> Words:
    """Return a text with translations from others where it has none."""
    found = dict(words.others)
    for one in others:
        found = {**one.others, **found}
    return Words(words.english, dict(sorted(found.items())))


def told_words(wait: Wait, category: Json, label: Words, number: int) -> None:
    """Tell the words that opened a choice beside its label and number."""
    for case in wait.cases(category):
        words = _argument(wait, case)
        ours = _OURS.fullmatch(words.english) or str(case.get("type")) not in OPENS
        known = {text.casefold() for text in label.as_map().values()} | {str(number), ""}
        said = dict.fromkeys(text.strip() for text in words.as_map().values())
        others = [text for text in said if text.casefold() not in known]
        if others and not ours:
            told = "”, “".join(others)
            says = f"“{label.english}” was opened by “{told}” too; here by its label and number, or understood"
            wait.told("note", str(case.get("type")), says)


def without_list(question: Words, labels: Sequence[Words]) -> Words:
    """Return a question without the numbered list of its choices: every channel shows them in its own way."""

    def change(text: str, locale: str) -> str:
        lines = text.split("\n")
        said = [one.as_map().get(locale, one.english).casefold() for one in labels]
        listed = [_LISTED.sub("", line, count=1).strip().casefold() for line in lines[-len(labels) :]]
        whole = labels and len(lines) > len(labels) and all(_LISTED.match(line) for line in lines[-len(labels) :])
        return "\n".join(lines[: -len(labels)]).strip() if whole and listed == said else text

    return question.each(change)
