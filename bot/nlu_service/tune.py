"""Proposes risk thresholds by cost on the dev sets: ``python -m bot.nlu_service.tune [LOCALE …]``.

Every message is read once by rules and the real server; then ``decide`` is tried with many thresholds. A missed risk
costs most, then a wrong alarm. The proposal is only printed: a person puts it into ``nlu/thresholds.yml``.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from bot.config import Settings, load
from bot.nlu_service.measure import Figures, Item, Row, figures, items, text_table
from bot.nlu_service.service import NluService
from bot.understanding.client import NluClient, Parsed
from bot.understanding.decide import decide
from bot.understanding.reader import Reader
from bot.understanding.thresholds import Risk, Thresholds
from nlu.text.rules import Finding

ALARM: Final = (0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
CHECK: Final = (0.08, 0.12, 0.16, 0.2, 0.25, 0.3)
WITH_ALARM_RULE: Final = (0.1, 0.2, 0.3, 0.4, 0.5)
WITH_CHECK_RULE: Final = (0.35, 0.5, 0.65, 0.8)
DROP_CHECK_RULE: Final = (0.0, 0.03, 0.06, 0.1)


class Seen(NamedTuple):
    """What rules and server saw in one message."""

    item: Item
    findings: list[Finding]
    parsed: Parsed | None


async def see(settings: Settings, locales: Sequence[str]) -> list[Seen]:
    """Return what is seen in the dev sets. Raises NluError where the server does not come up."""
    service = NluService(settings)
    await service.start()
    try:
        async with NluClient(service.address, timeout_s=30) as client:
            reader = Reader(client)
            found = []
            for item in items("dev", locales):
                rules = reader.findings(item.text, locale=item.locale) or []
                parsed = await client.parse(item.text, audience=item.audience, locale=item.locale)
                found.append(Seen(item, rules, parsed))
            return found
    finally:
        await service.stop()


def judge(seen: Sequence[Seen], thresholds: Thresholds) -> Figures:
    """Return the figures that thresholds give."""
    rows = []
    for item, findings, parsed in seen:
        risk = decide(findings, parsed, thresholds)
        topics = tuple(str(named.name) for named in parsed.intent_ranking[:3]) if parsed else ()
        care = risk.care if risk else "none"
        rows.append(Row(item, topics, 0.0, care, risk.risk if risk else None, item.locale, nlu=parsed is not None))
    return figures(rows)


def cost(found: Figures) -> float:
    """Return what figures cost: how far they are from the goals, a missed risk weighing most."""
    return (
        4 * max(0.0, 0.97 - (found.noticed or 0))
        + 2 * max(0.0, 0.85 - (found.right_alarm or 0))
        + 4 * max(0.0, (found.false_alarm or 0) - 0.02)
        + 1.5 * max(0.0, (found.false_check or 0) - 0.07)
        + 2 * max(0.0, (found.alarming_alarm or 0) - 0.10)
        + 0.1 * (found.alarming_check or 0)
    )


def candidates(spare: float) -> Iterator[Risk]:
    """Yield the thresholds to try; that of the spare classifier, which the server leaves out, stays."""
    for values in itertools.product(ALARM, CHECK, WITH_ALARM_RULE, WITH_CHECK_RULE, DROP_CHECK_RULE):
        yield Risk(*values, spare)


def best(seen: Sequence[Seen], base: Thresholds) -> Thresholds:
    """Return the cheapest thresholds."""
    tried = (msgspec.structs.replace(base, risk=risk) for risk in candidates(base.risk.spare))
    return min(tried, key=lambda thresholds: cost(judge(seen, thresholds)))


def main(locales: Sequence[str]) -> int:
    """Print the proposal, and what it and the present thresholds give."""
    seen = asyncio.run(see(load(), locales))
    present = Reader().thresholds
    chosen = best(seen, present)
    table = {"now": judge(seen, present), "new": judge(seen, chosen)}
    for locale in sorted({one.item.locale for one in seen}):
        table[locale] = judge([one for one in seen if one.item.locale == locale], chosen)
    lines = [f"  {name}: {value}" for name, value in msgspec.structs.asdict(chosen.risk).items()]
    sys.stdout.write("risk:\n" + "\n".join(lines) + f"\n\n{text_table(table)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
