"""Hypothesis plays the contact, the caseworkers and the clock, and looks at what must hold whatever they do."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.turns.direct import DirectConversation
from tests.turns.doubles import FINDINGS, Meaning
from tests.turns.library import library

WORDS = (
    "school",
    "hide",
    "human",
    "delete_data",
    "thanks",
    "affirm",
    "menu",
    "back",
    "nonsense",
    "/start",
    "/hide",
    "1",
    "٢",
)


class Conversations(RuleBasedStateMachine):
    """One conversation; every step looks at the commit it made."""

    def __init__(self):
        super().__init__()
        self.levels: dict[str, str] = {}
        self.closed: set[str] = set()
        self.by_person = False
        self.wrote = False
        self.loop = asyncio.new_event_loop()

    def teardown(self):
        self.loop.close()

    @initialize(locale=st.sampled_from(["", "en", "ar"]), country=st.sampled_from(["", "BE", "GR"]),
                audience=st.sampled_from(["", "child", "carer"]))  # fmt: skip
    def begin(self, locale, country, audience):
        self.play = DirectConversation(
            library("ar"), Meaning(), channel="telegram", locale=locale, country=country, audience=audience
        )

    def run(self, work, *, wrote=False, by_person=False):
        before = self.play.conversation
        self.wrote, self.by_person = wrote, by_person
        outputs = self.loop.run_until_complete(work)
        self.check(before, outputs)
        return outputs

    def check(self, before, outputs):
        after, case = self.play.conversation, self.play.escalation
        if before and before.hidden and not self.wrote:
            assert not [o for o in outputs if "message" in o], "nothing is sent while the chat is hidden"
        if case:
            known = self.levels.get(case.id)
            assert known is None or case.level <= known, "only a person lowers a level"
            self.levels[case.id] = case.level
            if case.state == "resolved" and not self.by_person:
                assert case.id in self.closed, "nobody but a person closes a case"
            if case.state == "resolved":
                self.closed.add(case.id)
        if before and before.case and before.case.open and before.case.level in {"T0", "T1"} and not self.by_person:
            assert after.case.open, "the contact cannot close a serious case"
            assert case is not None

    @rule(word=st.sampled_from(WORDS), finding=st.sampled_from(list(FINDINGS)))
    def write(self, word, finding):
        outputs = self.run(self.play.feed(f"{word} {finding}" if finding != "none" else word), wrote=True)
        found = FINDINGS[finding]
        case = self.play.escalation
        if found and found.care == "alarm":
            assert case is not None
            assert case.level <= found.level
            assert case.state != "resolved"
            assert any("escalation" in o for o in outputs)
        if finding == "alarm":
            assert any(o.get("message", {}).get("urgent") for o in outputs)

    @rule(index=st.integers(0, 9))
    def press(self, index):
        labels = self.play.offered
        conversation = self.play.conversation
        if labels and conversation and conversation.offered:
            with contextlib.suppress(LookupError):  # the labels shown last are not those that are open now
                self.run(self.play.press(labels[index % len(labels)]), wrote=True)

    @rule(
        kind=st.sampled_from(["voice", "picture", "sticker", "location"]), caption=st.sampled_from(["", "alarm", "hi"])
    )
    def medium(self, kind, caption):
        self.run(self.play.feed(caption, kind=kind), wrote=True)

    @rule(ms=st.sampled_from([1_000, 180_000, 700_000, 3_600_000, 8 * 86_400_000]))
    def wait(self, ms):
        self.run(self.play.wait(ms))

    def state(self):
        case = self.play.escalation
        return case.state if case else ""

    @rule()
    def claim(self):
        if self.state() == "waiting":
            self.run(self.play.claim(), by_person=True)

    @rule()
    def reply(self):
        if self.state() in {"assigned", "answered"}:
            self.run(self.play.reply("a person writes"), by_person=True)

    @rule()
    def hand_back(self):
        if self.state() in {"assigned", "answered"}:
            self.run(self.play.hand_back(), by_person=True)

    @rule()
    def resolve(self):
        if self.state() in {"assigned", "answered", "waiting"}:
            self.run(self.play.resolve(), by_person=True)

    @invariant()
    def record_and_conversation_agree(self):
        if not hasattr(self, "play"):
            return
        conversation, case = self.play.conversation, self.play.escalation
        if conversation and conversation.case and conversation.case.open:
            assert case is not None
            assert case.id == conversation.case.id
            assert case.state != "resolved"
            assert case.level <= conversation.case.level


Conversations.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestConversations = pytest.mark.slow(Conversations.TestCase)
