"""Acts of caseworkers: every act in every state, the second pair of eyes, notes that no contact sees."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.acts import ACTS, AnyAct, Context, apply, claim, close, file, leave, second, speak
from bot.core.escalation import State, change, open_escalation
from bot.core.events import CaseworkerReplied, CaseworkerSentFlow, EscalationHandedBack, EscalationResolved
from bot.core.understood import RiskFinding
from bot.errors import NotAllowedError

AT = 1_000_000
EXAMPLES = {
    claim.Claim: claim.Claim(),
    claim.Assign: claim.Assign("ben"),
    leave.Release: leave.Release("She waits for an answer."),
    leave.Snooze: leave.Snooze(3_600_000),
    leave.Transfer: leave.Transfer("ben"),
    leave.TakeOver: leave.TakeOver("anna"),
    speak.Reply: speak.Reply("Hello"),
    speak.SendFlow: speak.SendFlow("guardian.child"),
    speak.Note: speak.Note("@ben please look"),
    speak.Seen: speak.Seen(),
    file.Label: file.Label("School"),
    file.Check: file.Check("guardian_told"),
    file.Link: file.Link("r-2"),
    file.FollowUp: file.FollowUp(AT + 10_000),
    close.LowerLevel: close.LowerLevel("T3", "It was a mistake."),
    close.RaiseLevel: close.RaiseLevel("T0", "He is at the bridge."),
    close.Resolve: close.Resolve("answered", "Done."),
    close.Exclude: close.Exclude("zoe", "The child names her."),
    second.Confirm: second.Confirm("resolve"),
    second.Decline: second.Decline("resolve", "Not yet."),
    second.Review: second.Review("resolve"),
    second.Export: second.Export("The court asks for it."),
    second.Reveal: second.Reveal("She does not answer."),
}


def case(state: State = "waiting", level="T2", **more):
    made = open_escalation(
        id="r-1", ref="r", partition=0, channel="webchat", level=level, topic="guardian", at=1, pseudonym="Blue River 7"
    )
    owner = "" if state == "waiting" else "anna"
    resolved_at = AT - 1 if state == "resolved" else 0
    return msgspec.structs.replace(made, state=state, assignee=owner, resolved_at=resolved_at, **more)


def anna(**more):
    return Context("anna", AT, "once", **more)


def ben(**more):
    return Context("ben", AT + 1, "once2", **more)


def test_every_act_has_a_function_and_an_example():
    assert set(ACTS) == set(get_args(AnyAct)) == set(EXAMPLES)
    assert len({act.verb for act in EXAMPLES.values()}) == len(ACTS)


@pytest.mark.parametrize("kind", sorted(ACTS, key=lambda each: each.__name__))
@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("who", ["anna", "ben"])
def test_every_act_in_every_state_moves_on_or_is_refused(kind, state, who):
    before = case(state)
    try:
        step = apply(EXAMPLES[kind], before, Context(who, AT, "once"))
    except NotAllowedError:
        return
    assert step.after.revision > before.revision
    assert step.after.id == before.id
    if step.after.state == "waiting":
        assert not step.after.assignee


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS, key=lambda k: k.__name__)), st.sampled_from(["anna", "ben", "zoe"]))
    )
)
def test_whatever_is_done_the_accused_stays_out_and_no_contact_is_told_a_note(acts):
    now = case(level="T1", excluded=("zoe",))
    for number, (kind, who) in enumerate(acts):
        try:
            step = apply(EXAMPLES[kind], now, Context(who, AT + number, str(number)))
        except NotAllowedError:
            continue
        assert who != "zoe"
        now = step.after
        assert "zoe" in now.excluded
        assert now.assignee != "zoe"
        if step.kept and step.kept.kind in {"note", "reason", "summary"}:
            assert not isinstance(step.event, CaseworkerReplied | CaseworkerSentFlow)


def test_a_note_can_never_be_sent_by_mistake():
    step = apply(speak.Note("He is lying, @ben"), case("assigned"), anna())
    assert step.event is None
    assert step.kept.kind == "note"
    assert step.after.mentioned == ("ben",)
    with pytest.raises(NotAllowedError, match="No note"):
        apply(speak.Seen(), case("assigned"), anna())
    with pytest.raises(NotAllowedError, match="looks like a note"):
        apply(speak.Reply("@ben what do you think?"), case("assigned"), anna())
    sent = apply(speak.Reply("Write to help@example.org"), case("assigned"), anna())
    assert sent.event.text == "Write to help@example.org"
    with pytest.raises(NotAllowedError, match="looks like a note"):
        apply(speak.Reply("مرحبا", original="@ben what do you think?"), case("assigned"), anna())


def test_what_was_written_before_a_machine_translated_it_has_the_same_limits():
    sent = apply(speak.Reply("مرحبا", original=" Hello\r\nyou "), case("assigned"), anna())
    assert (sent.event.text, sent.event.original, sent.kept.original) == ("مرحبا", "Hello\nyou", "Hello\nyou")
    with pytest.raises(NotAllowedError, match="4000"):
        apply(speak.Reply("مرحبا", original="x" * 4001), case("assigned"), anna())


def test_mentions_are_names():
    assert speak.mentions("@ben and @Anna-Lena. and @ben, mail a@b.example") == ("ben", "anna-lena")


@pytest.mark.parametrize("level", ["T0", "T1"])
def test_closing_a_serious_case_needs_a_second_person(level):
    asked = apply(close.Resolve("referred", "Police took over."), case("assigned", level), anna())
    assert (asked.after.state, asked.event) == ("assigned", None)
    assert [(look.act, look.by, look.argument) for look in asked.after.asked] == [("resolve", "anna", "referred")]
    with pytest.raises(NotAllowedError, match="else"):
        apply(second.Confirm("resolve"), asked.after, anna())
    done = apply(second.Confirm("resolve"), asked.after, ben())
    assert (done.after.state, done.after.outcome, done.after.asked) == ("resolved", "referred", ())
    assert isinstance(done.event, EscalationResolved)


def test_alone_it_happens_and_is_reviewed_by_the_next():
    done = apply(close.Resolve("referred", "Police took over."), case("assigned", "T0"), anna(alone=True))
    assert (done.after.state, [look.act for look in done.after.unseen]) == ("resolved", ["resolve"])
    with pytest.raises(NotAllowedError):
        apply(second.Review("resolve"), done.after, anna())
    assert apply(second.Review("resolve"), done.after, ben()).after.unseen == ()


def test_a_level_lowered_before_takes_no_protection_away():
    finding = RiskFinding(risk="danger", level="T0", care="alarm", rule="r")
    lowered = case("assigned", "T3", findings=(finding,))
    assert apply(close.Resolve("answered", "Done."), lowered, anna()).after.state == "assigned"
    assert apply(close.Resolve("answered", "Done."), case("assigned", "T3"), anna()).after.state == "resolved"


def test_a_level_is_lowered_by_two_and_raised_by_one():
    asked = apply(close.LowerLevel("T2", "No danger."), case("assigned", "T1"), anna()).after
    assert asked.level == "T1"
    assert apply(second.Confirm("lower_level"), asked, ben()).after.level == "T2"
    declined = apply(second.Decline("lower_level", "He wrote again."), asked, ben())
    assert (declined.after.asked, declined.kept.kind) == ((), "reason")
    assert apply(second.Decline("lower_level"), asked, anna()).after.asked == ()
    raised = apply(close.RaiseLevel("T0", "He is on the roof."), asked, ben()).after
    assert (raised.level, raised.asked) == ("T0", ())
    assert raised.due_at <= AT + 1 + 300_000
    assert close.was_serious(msgspec.structs.replace(raised, level="T3"))


def test_an_export_is_confirmed_and_ends():
    asked = apply(second.Export("The court asks."), case("assigned", "T3"), anna()).after
    assert not second.may_fetch(asked, "anna", AT)
    granted = apply(second.Confirm("export"), asked, ben()).after
    assert second.may_fetch(granted, "anna", AT + 2)
    assert not second.may_fetch(granted, "ben", AT + 2)
    assert not second.may_fetch(granted, "anna", AT + 2 + second.GRANT_MS)


def test_an_address_is_shown_at_t0_alone_and_reviewed():
    with pytest.raises(NotAllowedError, match="T0"):
        apply(second.Reveal("Send help."), case("assigned", "T1"), anna())
    with pytest.raises(NotAllowedError, match="Say why"):
        apply(second.Reveal(" "), case("assigned", "T0"), anna())
    step = apply(second.Reveal("Send help."), case("assigned", "T0"), anna())
    assert [look.act for look in step.after.unseen] == ["reveal"]


def test_a_case_is_given_to_another_team():
    step = apply(leave.Transfer(team="gr", summary="Needs Greek law."), case("assigned"), anna())
    assert (step.after.state, step.after.team, step.after.assignee) == ("waiting", "gr", "")
    assert isinstance(step.event, EscalationHandedBack)
    assert step.kept.kind == "summary"
    waiting = apply(leave.Transfer(team="gr"), case(), ben())
    assert (waiting.after.team, waiting.event) == ("gr", None)
    with pytest.raises(NotAllowedError):
        apply(leave.Transfer(), case("assigned"), anna())


def test_labels_and_steps_are_put_on_and_taken_off():
    now = apply(file.Label("  School  Trouble"), case(), ben()).after
    assert now.labels == ("school trouble",)
    assert apply(file.Label("school trouble", on=False), now, ben()).after.labels == ()
    with pytest.raises(NotAllowedError):
        apply(file.Label("<b>"), now, ben())
    with pytest.raises(NotAllowedError):
        apply(file.Check("dance"), now, ben())


def test_a_reminder_lies_ahead():
    assert apply(file.FollowUp(AT + 1), case("resolved"), anna()).after.follow_up_by == "anna"
    for wrong in (AT, AT - 1, AT + 2 * file.YEAR_MS):
        with pytest.raises(NotAllowedError):
            apply(file.FollowUp(wrong), case("assigned"), anna())


def test_who_has_left_is_followed():
    assert change(case(), "claim", at=AT, by="anna").assignee == "anna"
    assert apply(leave.TakeOver("anna"), case("snoozed"), ben()).after.assignee == "ben"
    with pytest.raises(NotAllowedError):
        apply(leave.TakeOver("anna"), case("resolved"), ben())
