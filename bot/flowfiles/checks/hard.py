"""Hard words in what children read: said more simply, or explained in the flow of hard words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.core.flow import Choose, Flow, Link
from bot.core.library import texts_of
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.numbers import PLACEHOLDER
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.wordlists import Hard, fold, hard_pattern, names_pattern

EXPLAINING: Final = "words.child"
"""The flow that explains words, one a step."""
TELLING: Final = "rights"
"""The group of topics about which children are told."""
_ENGLISH: Final = "en"


class Finder:
    """Finds the hard words of a locale in its texts."""

    def __init__(self, book: Book, locale: str) -> None:
        """Take the words of a locale, and the names, which are never hard, from the book."""
        self._words = book.hard.get(locale, ())
        self._pattern = hard_pattern(self._words, locale)
        self._explained = hard_pattern([one for one in self._words if one.explained], locale)
        self._names = names_pattern(book.names)
        self._easy: dict[str, str] = {}

    def words(self, text: str) -> Iterator[tuple[Hard, str]]:
        """Yield each hard word of a text: the entry, and the word as it was found."""
        plain = self._names.sub("", text) if self._names else text
        for found in self._pattern.finditer(fold(PLACEHOLDER.sub("", plain))):
            yield self._words[(found.lastindex or 1) - 1], found[0]

    def easy(self, text: str, instead: str) -> str:
        """Return a text with a short word instead of numbers, names and explained words, to measure what is left."""
        if text not in self._easy:
            plain = PLACEHOLDER.sub(instead, text)
            if self._names:
                plain = self._names.sub(instead, plain)
            self._easy[text] = self._explained.sub(instead, fold(plain))
        return self._easy[text]


@check("hard_word", "Use the simpler words; see flows/hard_words.yml.", severity="warning", release="warning")
def hard_word(book: Book) -> Iterator[Found]:
    """Find words that children of nine may not know, and that nobody explains to them."""
    finders = {locale: Finder(book, locale) for locale in book.hard}
    for text in book.texts():
        if text.flow.audience == "carer" or text.locale not in finders:
            continue
        for one, word in finders[text.locale].words(text.text):
            if not one.explained:
                yield text.place, f"{text.locale}: the word {word!r} is hard; simpler: {one.say}"


@check("unexplained_word", f"Offer the flow {EXPLAINING} as a choice, or use other words.", severity="warning")
def unexplained_word(book: Book) -> Iterator[Found]:
    """Find flows for children that use explained words, and do not lead to the explanation.

    Only flows that tell about something: in danger nobody needs a list of words.
    """
    finder = Finder(book, _ENGLISH)
    for flow in book.flows.values():
        telling = flow.audience == "child" and book.topics.get(flow.topic) == TELLING
        if not telling or flow.id == EXPLAINING or _explains(flow):
            continue
        used = {one.word for _, text in texts_of(flow) for one, _ in finder.words(text) if one.explained}
        if used:
            yield book.at(flow.id), f"{flow.id} uses {', '.join(sorted(used))} and does not offer to explain"


def _explains(flow: Flow) -> bool:
    for step in flow.steps.values():
        if isinstance(step, Link) and step.flow == EXPLAINING:
            return True
        if isinstance(step, Choose) and any(choice.flow == EXPLAINING for choice in step.choose):
            return True
    return False


@check("unknown_explanation", f"Write the step in the flow {EXPLAINING}, or name another in flows/hard_words.yml.")
def unknown_explanation(book: Book) -> Iterator[Found]:
    """Find hard words that are said to be explained, and are not."""
    flow = book.flows.get(EXPLAINING)
    for locale, words in book.hard.items():
        for one in words:
            if one.explained and not (flow and one.explained in flow.steps):
                place = (f"{book.folder.name}/hard_words.yml", one.line)
                yield place, f"{locale}: {one.word!r}: {EXPLAINING} has no step {one.explained!r}"
