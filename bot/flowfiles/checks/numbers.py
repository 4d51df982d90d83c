"""Telephone numbers: only by name, only those that may be shown, and tried by somebody before a release."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.core import said
from bot.core.flow import Ask, Choose, Say
from bot.core.library import COUNTRIES
from bot.core.numbers import Number
from bot.flowfiles.checks.book import Book
from bot.flowfiles.checks.registry import Found, check
from bot.flowfiles.reference import ALWAYS, Contact

PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_DIGITS: Final = re.compile(r"\+?\d[\d \u00a0/().-]*\d")
_LONG: Final = 7
"""Digits from which on a figure is a telephone number, whatever else it may be."""
LANGUAGES: Final = {"BE": {"nl": "Dutch", "fr": "French"}}
"""Countries in which a number may not speak everybody's language → the languages, as an English text names them."""

FILLED: Final = {"out_of_hours": ("when",)}
"""Flows whose other places the shell fills."""


def placeholders(text: str) -> list[str]:
    """Return the names of all placeholders of a text, sorted."""
    return sorted(PLACEHOLDER.findall(text))


def numbers(text: str) -> list[str]:
    """Return the names of those placeholders that stand for a number, and not for what the contact answered."""
    return [name for name in placeholders(text) if not name.startswith(said.PREFIX)]


def latin(text: str) -> str:
    """Return a text with the digits of every script written 0 to 9."""
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in text)


@check("unknown_number", "Use {tel_NAME} with a name of flows/contacts.yml that is `allowed: true`.")
def unknown_number(book: Book) -> Iterator[Found]:
    """Find placeholders that nothing fills."""
    known = {f"tel_{name}" for table in book.contacts.values() for name, one in table.items() if one.allowed}
    for flow, statement in book.statements():
        for text in (statement.text, statement.closed):
            for name in numbers(text):
                if name not in known and name not in FILLED.get(flow.id, ()):
                    yield book.where(statement.context, text), f"nothing fills {{{name}}} in {flow.id}"
    for flow, step in book.chooses():
        for choice in step.choose:
            if PLACEHOLDER.search(choice.label):
                yield (
                    book.at(f"{flow.id}/{step.id}/{choice.id}"),
                    "a label has a placeholder; labels are said as they are",
                )


@check(
    "number_elsewhere",
    "Move the sentence into the overlays of the countries that have the number.",
    severity="warning",
    release="warning",
)
def number_elsewhere(book: Book) -> Iterator[Found]:
    """Find sentences that are left out in a country, because it has no such number."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            texts = (
                [(s, flow.countries or COUNTRIES) for s in getattr(step, "say", ())] if isinstance(step, Say) else []
            )
            if isinstance(step, Say):
                texts += [(s, (key[:2],)) for key, added in step.overlay.items() if key[:2] in COUNTRIES for s in added]
            if isinstance(step, Choose):
                texts += [(step.text, flow.countries or COUNTRIES)]
            for statement, countries in texts:
                for name in numbers(statement.text):
                    lacking = [c for c in countries if not number_of(book, c, name)]
                    if lacking and len(lacking) < len(COUNTRIES):
                        place = book.where(statement.context, statement.text)
                        yield place, f"{', '.join(lacking)} has no {{{name}}}: the sentence is left out there"


@check(
    "number_audience", "Say it in a flow of those who may be shown the number, or correct `audience:` of the number."
)
def number_audience(book: Book) -> Iterator[Found]:
    """Find sentences that are left out for those whom the flow is for, because the number is for others."""
    for flow, statement in book.statements():
        everybody = ("child", "carer") if flow.audience == "any" else (flow.audience,)
        for name in numbers(statement.text):
            for country in flow.countries or COUNTRIES:
                for who in everybody:
                    if number_of(book, country, name) and not number_of(book, country, name, who):
                        place = book.where(statement.context, statement.text)
                        yield place, f"{{{name}}} of {country} is not for a {who}: the sentence is left out"


@check("number_language", "Say in which language they answer, like “in French: {tel_child}”.", severity="warning")
def number_language(book: Book) -> Iterator[Found]:
    """Find sentences that do not say in which language somebody answers, where a country has more than one.

    In the overlay of a region its language is known.
    """
    for flow, statement in book.statements():
        where = statement.context.partition("@")[2]
        for country, languages in LANGUAGES.items():
            if country not in (flow.countries or COUNTRIES) or where not in {"", country}:
                continue
            for name in numbers(statement.text):
                one = number_of(book, country, name, flow.audience)
                spoken = [languages[key] for key in one.languages if key in languages] if one else []
                if 0 < len(spoken) < len(languages) and not any(word in statement.text for word in spoken):
                    place = book.where(statement.context, statement.text)
                    yield place, f"{{{name}}} of {country} answers in {' and '.join(spoken)}; the text does not say so"


@check("number_in_question", "Say the number in a `say` step before; a question must be whole always and everywhere.")
def number_in_question(book: Book) -> Iterator[Found]:
    """Find questions that could not be asked where or when a number is missing, also before the country is known."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Choose | Ask):
                for name in numbers(step.text.text):
                    found = [number_of(book, country, name) for country in ("EU", *COUNTRIES)]
                    short = name.removeprefix("tel_")
                    if any(not one or ((one.times or one.audience) and short not in ALWAYS) for one in found):
                        place = book.where(step.text.context, step.text.text)
                        yield place, f"{{{name}}} is not there always and for everybody, and a question needs it"


def number_of(book: Book, country: str, name: str, audience: str = "any") -> Contact | None:
    """Return the number that a text shows in a country to an audience at some time, or None."""
    who = "" if audience == "any" else audience
    short = name.removeprefix("tel_")
    for where in (country, "EU"):
        one = book.contacts.get(where, {}).get(short)
        if one and one.allowed and (short in ALWAYS or Number(one.number, None, one.audience).serves(who)):
            return one
    return None


@check("written_number", "Write {tel_NAME} and keep the number in flows/contacts.yml, with its hours and source.")
def written_number(book: Book) -> Iterator[Found]:
    """Find telephone numbers that stand in a text or in a translation, in the digits of any script."""
    known = {re.sub(r"\D", "", one.number) for table in book.contacts.values() for one in table.values()}
    for text in book.texts():
        for found in _DIGITS.findall(latin(text.text)):
            digits = re.sub(r"\D", "", found)
            if digits in known or len(digits) >= _LONG:
                yield text.place, f"{text.locale}: the number {found!r} stands in a text"


TRY: Final = (
    "Call it, and write the day into `called:`. "
    "Never call an emergency line to try it: ask that service in another way."
)


@check("uncalled_number", TRY, severity="warning")
def uncalled_number(book: Book) -> Iterator[Found]:
    """Find numbers that are shown though nobody has called them."""
    named = {name for _, statement in book.statements() for name in numbers(statement.text)}
    for country, table in book.contacts.items():
        for name, one in table.items():
            if one.allowed and one.called is None and f"tel_{name}" in named:
                place = book.contact_places.get(f"{country}.{name}", ("", 1))
                yield place, f"nobody has called the number {name} of {country}"


@check("doubtful_number", "Confirm the number and set its status, or set `allowed: false`.")
def doubtful_number(book: Book) -> Iterator[Found]:
    """Find numbers that may be shown though they are stale, unconfirmed or in conflict."""
    for country, table in book.contacts.items():
        for name, one in table.items():
            if one.allowed and one.status in {"stale", "unconfirmed", "conflict"}:
                yield (
                    book.contact_places.get(f"{country}.{name}", ("", 1)),
                    f"{name} of {country} is {one.status} and allowed",
                )
