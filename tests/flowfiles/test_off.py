"""Every fact is switched off once: its statements go, in every flow, and no step falls silent."""

from __future__ import annotations

from bot.config import ROOT
from bot.core.flow import Flow, Say
from bot.core.library import COUNTRIES, statements_of
from bot.flowfiles import reference
from bot.flowfiles.build import without
from bot.flowfiles.load import load

FLOWS = load(ROOT / "flows").flows
SOURCES = reference.sources(ROOT / "flows")
USED = {fact for flow in FLOWS.values() for one in statements_of(flow) for fact in one.sources} - {"none"}


def heard(flow: Flow, country: str) -> dict[str, tuple[str, ...]]:
    return {
        step.id: tuple(one.text for one in (*step.say, *step.overlay.get(country, ())))
        for step in flow.steps.values()
        if isinstance(step, Say)
    }


def test_whatever_fact_is_switched_off_every_step_still_says_something():
    assert len(USED) > 200
    of_fact: dict[str, set[str]] = {}
    for flow in FLOWS.values():
        for one in statements_of(flow):
            for fact in one.sources:
                of_fact.setdefault(fact, set()).add(flow.id)
    whole = {(name, country): heard(flow, country) for name, flow in FLOWS.items() for country in COUNTRIES}
    for fact in sorted(USED):
        some = {name: FLOWS[name] for name in {*of_fact[fact], "gone"}}
        left = without(some, reference.unfit(SOURCES) | {fact})
        for name, flow in left.items():
            assert not any(fact in one.sources for one in statements_of(flow))
            for country in COUNTRIES:
                silent = {step for step, texts in heard(flow, country).items() if not texts}
                before = {step for step, texts in whole[name, country].items() if not texts}
                assert silent <= before, f"without {fact} nothing is said in {country}: {name}/{silent - before}"


def test_what_is_said_instead_offers_a_person():
    gone = tuple(one.text for one in statements_of(FLOWS["gone"]))
    flow = FLOWS["school.child"]
    left = without({flow.id: flow, "gone": FLOWS["gone"]}, frozenset(USED))
    assert gone in heard(left[flow.id], "BE").values()
    assert "person" in gone[0]
