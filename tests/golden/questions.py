"""What contacts type in walks: examples of ``nlu/data`` in their own words, never those of ``nlu/eval``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, Final

from bot.core.understood import RISKS
from nlu.text import corpus, lexicon, rules
from nlu.text.languages import Languages
from nlu.text.reading import read

PLACES: Final = {
    "BE": (
        "belg|bélg|vlaa|flan|wallon|brus|bryss|antwerp|gent\\b|fedasil|voogdij|okan|βελγ|βρυξ|بلج|بلژ|بروکس|بروكس"
        "|انتورپ|فوخت|فوگد"
    ),
    "DE": (
        "german|deutsch|duits|allemand|allemagne|berlin|jugendamt|münch|hamburg|γερμαν|βερολ|ألمان|المان|آلمان|برلين"
        "|برلین|جرمن"
    ),
    "GR": (
        "greec|greek|griek|griech|grec\\b|grèce|grecque|athen|lesv|samos|ελλάδ|ελληνικ|αθήν|λέσβ|σάμο|يونان|یونان"
        "|أثين|آتن|اثين"
    ),
}
"""What names a country, or belongs to one: such a question is asked there alone."""
LOCAL: Final = {
    "BE": (
        r"voogd|pleegz|zakgeld|tuteur|\b(ooc|loi|ila|cgrs|cgra|daspa|annex|noord)\b|pacheco|petit|steenokk|ardennes"
        r"|orange card|malin"
    ),
    "DE": r"vormund|duldung|ausweis|pflege|hilfe für|\b(bamf|land)\b|wohngr|gericht",
    "GR": r"metadrasi|\bamka\b|eparch|pasok|island|\bsnf\b|kids? safe",
}
"""The same in English: words of a country that stay as they are."""
ELSEWHERE: Final = re.compile(
    "france|frankr|italy|italie|spain|england|london|sweden|schwed|dutch|netherl|nederlandse? grens|paris|turk|finland"
    "|γαλλ|σουηδ|αγγλ|ολλανδ|ιταλ|هالند|هلند|فرانس|فرنس|سويد|سوید|ایتال|إيطال",
    re.IGNORECASE,
)
CARERS: Final = re.compile(
    r"\b(foster (?:son|daughter|child|kid|boy|girl)|(?:my|our) (?:own )?(?:son|daughter|boy|girl)|living with us"
    r"|our house)|pleeg(?:zoon|dochter|kind|jongen)|onze? (?:zoon|dochter|jongen|meisje)"
    r"|pflege(?:kind|sohn|tochter)|(?:notre|chez nous)|accueilli",
    re.IGNORECASE,
)
"""A question that only a carer asks, where the data does not say who asks it."""
SCRIPTS: Final = {
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    **dict.fromkeys(("ar", "fa_AF", "ps"), re.compile("[\u0600-\u06ff]")),
}
SHORTEST, LONGEST = 12, 70
"""Characters of a question that can stand alone in a transcript; greetings and the like may be shorter."""
OWN: Final = {
    ("en", "feelings", "carer"): (
        "our foster son is sad all the time", "how do i help a child who has nightmares",
        "she misses her mother so much",
        "the boy who lives with us never laughs",
    ),
    ("nl", "feelings", "carer"): ("onze pleegzoon is de hele tijd verdrietig",),
    ("nl", "police", "carer"): ("onze pleegzoon moet naar de politie, wat nu",),
    ("fr", "feelings", "carer"): ("le garçon que nous accueillons est très triste",),
    ("ar", "feelings", "carer"): ("الطفل الذي يعيش معنا حزين دائما",),
}  # fmt: skip
"""Where the data has no carer's words."""
BRIEF: Final = frozenset({"human", "menu", "hide", "greet", "thanks", "goodbye", "affirm", "deny", "change_language"})


@functools.cache
def _spoken() -> dict[tuple[str, str], list[corpus.Utterance]]:
    found: dict[tuple[str, str], list[corpus.Utterance]] = {}
    for one in corpus.load():
        found.setdefault((one.locale, one.topic), []).append(one)
    return found


@functools.cache
def _judges() -> tuple[Any, Any, Languages]:
    return rules.load(), lexicon.load(), Languages.learn((one.text, one.locale) for one in corpus.load())


def _risk(text: str, locale: str) -> Any:
    judge, lexicons, languages = _judges()
    found = judge.judge(read(text, lexicons, languages, locale))
    return max(found, key=rules.severity) if found else None


def _fits(text: str, topic: str, locale: str, country: str) -> bool:
    shortest = 2 if topic in BRIEF else SHORTEST
    if not shortest <= len(text) <= LONGEST or ELSEWHERE.search(text):
        return False
    tables = (PLACES, LOCAL) if locale == "en" else (PLACES,)
    if any(
        re.search(words, text, re.IGNORECASE) for table in tables for place, words in table.items() if place != country
    ):
        return False
    script = SCRIPTS.get(locale)
    return script is None or len(script.findall(text)) > len(text) / 2


def questions(locale: str, topic: str, audience: str, country: str) -> Iterator[dict[str, Any]]:
    """Yield inputs that ask about a topic, the plainest first; what the risk rules see in them is what they mean."""
    known = _spoken().get((locale, topic), [])
    own = [one.text for one in known if one.audience == audience]
    shared = [
        one.text for one in known if one.audience is None and (audience == "carer") == bool(CARERS.search(one.text))
    ]
    anybody = [one.text for one in known]
    first = OWN.get((locale, topic, audience), ())
    both = (*shared, *own) if (locale, audience) == ("en", "child") else (*own, *shared)
    for text in dict.fromkeys((*first, *both, *anybody)):
        if not _fits(text, topic, locale, country):
            continue
        risk = _risk(text, locale)
        if topic not in RISKS and not risk:
            yield {"text": text, "means": topic}
        elif topic in RISKS and risk and risk.risk == topic:
            care = {} if risk.care == "alarm" else {"care": risk.care}
            yield {"text": text, "means": {"risk": topic, "level": risk.level, **care}}
