"""The JSON objects of ``ucare ask``: one text, or a batch in order; and why a text was read so.

Every object has ``text``, ``locale``, ``detected_locale``, ``topic``, ``confidence``, ``ranking``, ``risk``, ``care``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from bot.core.understood import Understood
from bot.understanding.reader import Reader
from nlu.text.topics import RISKS

AT_ONCE: Final = 16


async def ask(
    reader: Reader, text: str, *, locale: str | None = None, country: str | None = None, audience: str | None = None
) -> dict[str, Any]:
    """Return what a text means. ``country`` changes no meaning and is handed back where it was given."""
    answer = describe(text, locale, await reader.understand(text, locale=locale, audience=audience))
    return {**answer, "country": country} if country else answer


def describe(text: str, locale: str | None, understood: Understood) -> dict[str, Any]:
    """Return the object of a text that was understood."""
    ranking: list[dict[str, Any]] = [
        {"topic": r.topic, "confidence": round(r.confidence, 4)} for r in understood.ranking
    ]
    chance = sum(r["confidence"] for r in ranking if r["topic"] in RISKS)
    risk = understood.risk
    if risk is not None and risk.care == "alarm":
        # The topic of an alarm is its risk: that is the flow the contact comes to.
        top = max((r["confidence"] for r in ranking), default=1.0)
        rest = [r for r in ranking if r["topic"] != risk.risk]
        ranking = [{"topic": risk.risk, "confidence": top}, *rest]
    first: dict[str, Any] = ranking[0] if ranking else {"topic": None, "confidence": 0.0}
    return {
        "text": text,
        "locale": locale,
        "detected_locale": understood.locale,
        "topic": first["topic"],
        "confidence": first["confidence"],
        "ranking": ranking,
        "risk": risk.risk if risk else None,
        "care": risk.care if risk else "none",
        "level": risk.level if risk else None,
        "risk_chance": round(chance, 4),
        "nlu": understood.nlu,
    }


async def ask_all(reader: Reader, questions: Iterable[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    """Yield an answer for each question, in order; several are asked at the same time."""
    waiting: list[asyncio.Task[dict[str, Any]]] = []
    for question in questions:
        waiting.append(asyncio.create_task(_one(reader, question)))
        if len(waiting) >= AT_ONCE:
            yield await waiting.pop(0)
    for task in waiting:
        yield await task


async def _one(reader: Reader, question: dict[str, Any]) -> dict[str, Any]:
    return await ask(
        reader,
        str(question.get("text", "")),
        locale=question.get("locale"),
        country=question.get("country"),
        audience=question.get("audience"),
    )


async def explain(
    reader: Reader, text: str, *, locale: str | None = None, country: str | None = None, audience: str | None = None
) -> dict[str, Any]:
    """Return the answer with what led to it: words with their concepts, languages, rules, the classifier's risks."""
    answer = await ask(reader, text, locale=locale, country=country, audience=audience)
    reading = reader.reading(text, locale)
    concepts: dict[str, list[str]] = {}
    for hit in reading.hits:
        concepts.setdefault(" ".join(reading.words[hit.start : hit.end]), []).append(hit.concept)
    rules = [
        {
            "rule": f.rule,
            "risk": f.risk,
            "care": f.care,
            "level": f.level,
            "concepts": list(f.concepts),
            "words": " ".join(reading.words[f.start : f.end]),
            "weakened_by": list(f.weakened),
        }
        for f in reader.findings(text, locale=locale) or []
    ]
    languages = {k: round(v, 3) for k, v in sorted(reading.locales.items(), key=lambda item: -item[1])[:3]}
    shares = {r["topic"]: r["confidence"] for r in answer["ranking"] if r["topic"] in RISKS}
    return {
        **answer,
        "explanation": {
            "folded": reading.folded,
            "languages": languages,
            "concepts": concepts,
            "rules": rules,
            "risk_topics": shares,
        },
    }
