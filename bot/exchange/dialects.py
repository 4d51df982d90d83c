"""What differs between RapidPro (and TextIt) and Glific, which speak the same flow spec in two ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from bot.core.steps.branch import UNKNOWN
from bot.exchange import codes

Json = dict[str, Any]
SPEC: Final = "13.2.0"
EXPIRES: Final = 10080
"""Minutes after which RapidPro forgets where a contact was: a week."""
PLAIN: Final = "has_only_phrase"


class Dialect(msgspec.Struct, frozen=True):
    """How one of them wants things written."""

    name: str
    type: str
    """What a flow of messages is called."""
    code: Callable[[str], str]
    """Locale → code of a language in ``localization``."""
    spoken: Callable[[str], str]
    """Locale → what ``set_contact_language`` takes."""
    field: str
    """How the value of a contact's field is written."""
    unknown: str
    """The same where an empty value must be told from others."""
    empty: tuple[str, str]
    """The test (type, argument) that such an empty value passes."""
    escapes: bool
    """Whether @ is written twice."""
    channel: str
    """How the contact's channel is written."""
    buttons: bool
    """Whether quick replies are shown; else the choices are numbered in the text."""

    def operand(self, name: str, *, unknown: bool = False) -> str:
        """Return what a split looks at."""
        if name == "locale":
            return "@contact.language"
        if name == "channel":
            return self.channel
        return (self.unknown if unknown else self.field).format(name)

    def test(self, name: str, value: str) -> tuple[str, str]:
        """Return the test (type, argument) that a value passes."""
        if value == UNKNOWN:
            return self.empty
        return PLAIN, self.spoken(value) if name == "locale" else value

    def number(self, number: int) -> tuple[str, str]:
        """Return the test that the number of a choice passes, typed alone, in the digits of any of our locales."""
        if not self.escapes:
            return PLAIN, str(number)
        digits = ["".join(chr(zero + int(digit)) for digit in str(number)) for zero in (0x30, 0x660, 0x6F0)]
        return "has_pattern", rf"^\s*({'|'.join(digits)})\W*$"


RAPIDPRO: Final = Dialect(
    name="rapidpro",
    type="messaging",
    code=codes.three,
    spoken=codes.three,
    field="@fields.{}",
    unknown=f'@(default(fields.{{}}, "{UNKNOWN}"))',
    empty=(PLAIN, UNKNOWN),
    escapes=True,
    channel="@(urn_parts(contact.urn).scheme)",
    buttons=True,
)
GLIFIC: Final = Dialect(
    name="glific",
    type="messaging",
    code=codes.two,
    spoken=codes.english_name,
    field="@contact.fields.{}",
    unknown="@contact.fields.{}",
    empty=("has_beginning", "@contact.fields"),  # what has no value stays as it is written
    escapes=False,
    channel="@contact.fields.channel",
    buttons=False,
)
DIALECTS: Final = {one.name: one for one in (RAPIDPRO, GLIFIC)}
