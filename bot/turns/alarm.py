"""The static text of T0, for when nothing is known of the contact but the message itself."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Final

from babel import Locale, UnknownLocaleError

from bot.core.effects import SendMessage, TextRef
from bot.core.flow import Say
from bot.core.library import Library
from bot.errors import CatalogError
from bot.ports.channels import Outgoing
from bot.turns.render import render

FLOW: Final = "t0"
READ: Final = 400
"""Characters looked at to tell the script."""

SCRIPTS: Final = {"ARABIC": "Arab", "GREEK": "Grek", "CYRILLIC": "Cyrl", "LATIN": "Latn", "ETHIOPIC": "Ethi"}
"""First word of a character's name → ISO 15924, as Babel names scripts."""

COMMON: Final = {"Arab": "ar", "Grek": "el", "Cyrl": "uk", "Latn": "en", "Ethi": "ti"}
"""Where only the script is known: the locale to speak in, if it may be offered."""


def script_of(text: str) -> str:
    """Return the script most letters of a text are in, or an empty text."""
    found: Counter[str] = Counter()
    for character in text[:READ]:
        if character.isalpha():
            found[SCRIPTS.get(unicodedata.name(character, "").partition(" ")[0], "")] += 1
    return found.most_common(1)[0][0] if found else ""


def script_of_locale(locale: str) -> str:
    """Return the script a locale is written in."""
    try:
        parsed = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return ""
    if parsed.script:
        return str(parsed.script)
    language = parsed.language
    if language in {"ar", "fa", "ps", "ur", "ckb", "ug"}:
        return "Arab"
    return {"el": "Grek", "uk": "Cyrl", "ru": "Cyrl", "bg": "Cyrl", "sr": "Cyrl", "ti": "Ethi", "am": "Ethi"}.get(
        language, "Latn"
    )


def locale_for(library: Library, text: str, hint: str) -> str:
    """Return the locale to answer in: the device's where the text is in its script, else the script's, else English."""
    script = script_of(text)
    wanted = hint.replace("-", "_")
    language = wanted.partition("_")[0]
    close = [name for name in library.locales if wanted and name == wanted]
    close += [name for name in library.locales if language and name.partition("_")[0] == language]
    for name in close:
        if not script or script_of_locale(name) == script:
            return name
    common = COMMON.get(script, "en")
    if common in library.locales:
        return common
    return next((name for name in library.locales if script_of_locale(name) == script), "en")


def alarm_text(library: Library, locale: str, at: int) -> Outgoing:
    """Return the numbers that hold everywhere, in a locale.

    Args:
        library: The texts and numbers.
        locale: One of ``library.locales``.
        at: When the contact wrote (ms).

    Raises:
        CatalogError: The text does not exist in that locale.
    """
    texts = tuple(
        TextRef(statement.context, statement.text)
        for step in library.flows[FLOW].steps.values()
        if isinstance(step, Say)
        for statement in step.say
    )
    message = render(SendMessage(FLOW, "say", texts, locale=locale, urgent=True), library, last_at=at)
    if message is None:
        msg = f"The text of T0 is empty in {locale}."
        raise CatalogError(msg)
    return message
