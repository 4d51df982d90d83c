from __future__ import annotations

import itertools
from typing import get_args

import pytest

from bot.core.escalation import DUE, TRANSITIONS, State, Verb, change, open_escalation, raise_level, rank
from bot.errors import NotAllowedError


def case(state: str = "waiting", **more):
    import msgspec

    opened = open_escalation(
        id="r-1",
        ref="r",
        partition=0,
        channel="webchat",
        level="T2",
        topic="health",
        at=1000,
        pseudonym="Blue Heron 1",
    )
    return msgspec.structs.replace(opened, state=state, **more)


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(get_args(State), get_args(Verb))))
def test_every_state_and_verb_moves_by_the_table_or_raises(state, verb):
    before = case(state, assignee="anna" if state in {"assigned", "answered", "snoozed", "resolved"} else "")
    if (state, verb) in TRANSITIONS:
        after = change(before, verb, at=2000, by="anna")
        assert after.revision == before.revision + 1
        assert after.state == TRANSITIONS[state, verb]
    else:
        with pytest.raises(NotAllowedError, match=r"Reload it"):
            change(before, verb, at=2000, by="anna")


def test_when_it_was_first_taken_and_first_answered_is_kept():
    taken = change(case(), "claim", at=10, by="anna")
    answered = change(taken, "reply", at=20, by="anna")
    assert (taken.taken_at, taken.answered_at) == (10, 0)
    again = change(
        change(change(answered, "release", at=30, by="anna"), "assign", at=40, by="bert"), "reply", at=50, by="bert"
    )
    assert (again.taken_at, again.answered_at) == (10, 20)


def test_a_snoozed_case_need_not_be_woken_first():
    asleep = case("snoozed", assignee="anna", snoozed_until=99)
    for verb, state in (
        ("reply", "answered"),
        ("release", "waiting"),
        ("transfer", "assigned"),
        ("resolve", "resolved"),
    ):
        after = change(asleep, verb, at=50, by="bert" if verb == "transfer" else "anna")
        assert (after.state, after.snoozed_until) == (state, 0)
    with pytest.raises(NotAllowedError):
        change(case(), "snooze", at=1, by="anna", until=9)


def test_a_level_is_only_ever_raised():
    before = case()
    assert raise_level(before, "T0", at=5000, finding=None).level == "T0"
    assert raise_level(before, "T3", at=5000, finding=None).level == "T2"
    assert raise_level(before, "T0", at=5000, finding=None).due_at == 5000 + DUE["T0"]


def test_the_queue_is_ranked_by_level_then_due_time():
    early, late, grave = case(due_at=10), case(due_at=20), case(level="T0", due_at=99)
    assert sorted([late, grave, early], key=rank) == [grave, early, late]


def test_an_accused_caseworker_cannot_claim():
    with pytest.raises(NotAllowedError, match="not open"):
        change(case(excluded=("bert",)), "claim", at=1, by="bert")


def test_a_contact_who_writes_long_after_the_end_comes_to_the_queue():
    closed = case("resolved", assignee="anna", resolved_at=0)
    assert change(closed, "contact_wrote", at=1).assignee == "anna"
    assert change(closed, "contact_wrote", at=10**10).state == "waiting"
    assert change(closed, "contact_wrote", at=1, on_duty=False).state == "waiting"
