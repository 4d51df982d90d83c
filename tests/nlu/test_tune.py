from __future__ import annotations

import msgspec

from bot.nlu_service.measure import Item
from bot.nlu_service.tune import Seen, best, cost, judge
from bot.understanding import thresholds
from bot.understanding.client import Named, Parsed, RiskShare


def seen(kind, topic, chance):
    risk = topic if kind in {"direct", "indirect"} else None
    parsed = Parsed((Named(topic, 0.9),), RiskShare(chance, (Named("abuse", chance),)))
    return Seen(Item("x", "BE", "child", topic, kind, risk, "en"), [], parsed)


def test_the_proposal_is_never_dearer_than_what_is_there():
    messages = [
        *(seen("direct", "abuse", 0.6) for _ in range(10)),
        *(seen("plain", "school", 0.01) for _ in range(10)),
        *(seen("alarming_harmless", "school", 0.1) for _ in range(10)),
    ]
    present = thresholds.load()
    bad = msgspec.structs.replace(present, risk=msgspec.structs.replace(present.risk, alarm=0.99, check=0.98))
    chosen = best(messages, present)
    assert judge(messages, chosen).right_alarm == 1
    assert judge(messages, chosen).alarming_alarm == 0
    assert cost(judge(messages, chosen)) < cost(judge(messages, bad))
