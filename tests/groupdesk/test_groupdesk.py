"""Caseworkers in a Telegram group: the real client against a local double of the service."""

from __future__ import annotations

import time

import pytest

from bot.channels.telegram.client import Client
from bot.core.acts import claim, close
from bot.core.people import Viewer
from bot.desk.desk import Desk
from bot.groupdesk.board import Board, chat_of
from bot.groupdesk.hands import Hands
from bot.groupdesk.linking import Links
from bot.groupdesk.reading import of_group, read
from bot.groupdesk.topics import Topics
from bot.ports.partitions import Line
from tests.channels.doubles.telegram import TOKEN
from tests.console.memory import Clock, MemoryAudit, MemoryEscalations, MemoryVault
from tests.groupdesk.double import ForumDouble, pressed, said

CHAT = -1001
ANNA, BEN, STRANGER = 11, 12, 13


class Staff:
    def __init__(self) -> None:
        self.people = [Viewer("anna"), Viewer("ben")]

    async def viewers(self):
        return self.people

    async def on_duty(self):
        return frozenset({"anna", "ben"})


class World:
    def __init__(self, double: ForumDouble) -> None:
        self.double, self.store, self.audit, self.vault = double, MemoryEscalations(), MemoryAudit(), MemoryVault()
        self.staff = Staff()
        self.desk = Desk(self.store, self.staff, self.audit, Clock())
        self.links = Links(self.vault, self.staff, self.audit)
        self.client = Client(TOKEN, api_url=double.url)
        self.board = self.another()

    def another(self) -> Board:
        topics = Topics(self.vault, lambda: int(time.time() * 1000))
        self.topics = topics
        return Board(
            self.client, escalations=self.store, desk=self.desk, staff=self.staff, topics=topics,
            hands=Hands(self.desk, self.links, topics, str), chat_of=chat_of([CHAT], self.group),
            say=str, locale="en", clock=Clock(), pause_s=0,
        )  # fmt: skip

    def group(self, case) -> str:
        return {"GR": str(CHAT), "BE": "-2002", "DE": "x"}.get(case.country, "")

    async def join(self, person: int, name: str) -> None:
        code = await self.links.code(name)
        assert await self.board.take(said(CHAT, 0, person, f"/link {code}"))

    async def thread(self, case: str) -> int:
        return (await self.topics.of_case(case)).thread


@pytest.fixture
async def world():
    async with ForumDouble() as double:
        world = World(double)
        await world.client.open()
        await world.store.open("gr", "T2", "Red Fox", Line(1, "contact", "they lost my papers"), topic="guardian")
        yield world
        await world.client.close_all()


async def test_a_story_claim_reply_note_resolve(world):
    board, double = world.board, world.double
    await board.once()
    thread = await world.thread("gr")
    assert double.topics[thread]["name"] == "T2 · Red Fox · guardian"
    assert "papers" not in "".join(double.in_topic(thread))
    await world.join(ANNA, "anna")
    await world.join(BEN, "ben")
    await board.take(pressed(CHAT, thread, ANNA, "claim"))
    await board.once()
    assert world.store.cases["gr"].assignee == "anna"
    assert any("they lost my papers" in text for text in double.in_topic(thread))
    await board.take(said(CHAT, thread, ANNA, "I am Anna. I help you."))
    await board.take(said(CHAT, thread, ANNA, "// call the guardian"))
    assert [line.text for line in world.store.logs["gr"]] == ["they lost my papers", "I am Anna. I help you."]
    assert [line.text for line in world.store.notes["gr"]] == ["call the guardian"]
    await world.store.write("gr", "thank you")
    await board.once()
    assert sum("thank you" in text for text in double.in_topic(thread)) == 1
    await board.once()
    assert sum("thank you" in text for text in double.in_topic(thread)) == 1
    await board.take(said(CHAT, thread, ANNA, "/resolve answered The guardian called."))
    await board.once()
    assert (world.store.cases["gr"].state, double.topics[thread]["closed"]) == ("resolved", True)
    assert ("anna", "read", "gr", "") in world.audit.noted


async def test_the_same_update_twice_sends_once(world):
    await world.board.once()
    await world.join(ANNA, "anna")
    thread = await world.thread("gr")
    await world.board.take(pressed(CHAT, thread, ANNA, "claim"))
    for _ in range(2):
        await world.board.take(said(CHAT, thread, ANNA, "Hello", number=77))
    assert [line.text for line in world.store.logs["gr"]][1:] == ["Hello"]


async def test_who_is_not_joined_or_has_not_the_case_sends_nothing(world):
    await world.board.once()
    thread = await world.thread("gr")
    await world.board.take(said(CHAT, thread, STRANGER, "Hello child"))
    assert "/link" in world.double.in_topic(thread)[-1]
    await world.join(ANNA, "anna")
    await world.join(BEN, "ben")
    await world.board.take(pressed(CHAT, thread, ANNA, "claim"))
    await world.board.take(said(CHAT, thread, BEN, "Hello child"))
    assert "Somebody else has this case" in world.double.in_topic(thread)[-1]
    await world.board.take(said(CHAT, thread, ANNA, "@ben look"))
    assert "looks like a note" in world.double.in_topic(thread)[-1]
    await world.board.take(said(CHAT, thread, ANNA, ""))
    assert "only text" in world.double.in_topic(thread)[-1]
    await world.board.take(said(CHAT, thread, ANNA, "changed", edited=True))
    assert len(world.store.logs["gr"]) == 1
    world.staff.people = [Viewer("ben")]
    await world.board.take(said(CHAT, thread, ANNA, "I have left"))
    assert len(world.store.logs["gr"]) == 1


async def test_a_code_joins_once_and_is_taken_away(world):
    code = await world.links.code("anna")
    await world.board.take(said(CHAT, 0, ANNA, f"/link {code}"))
    await world.board.take(said(CHAT, 0, STRANGER, f"/link {code}"))
    assert (await world.links.viewer(ANNA)).name == "anna"
    assert await world.links.viewer(STRANGER) is None
    assert len(world.double.called("deleteMessage")) == 2
    assert await world.links.part("anna")
    assert await world.links.viewer(ANNA) is None
    assert not await world.links.part("anna")


async def test_a_case_with_an_accused_person_is_in_no_group(world):
    await world.board.once()
    thread = await world.thread("gr")
    await world.desk.act(Viewer("anna"), "gr", close.Exclude("ben", "The child names him."))
    await world.board.once()
    assert thread not in world.double.topics
    assert await world.topics.of_case("gr") is None
    await world.board.once()
    assert not world.double.topics


async def test_closing_a_serious_case_is_confirmed_by_another(world):
    await world.store.open("t1", "T1", "Grey Owl", ref="other")
    await world.board.once()
    await world.join(ANNA, "anna")
    await world.join(BEN, "ben")
    thread = await world.thread("t1")
    await world.board.take(pressed(CHAT, thread, ANNA, "claim"))
    await world.board.take(pressed(CHAT, thread, ANNA, "resolve"))
    await world.board.take(pressed(CHAT, thread, ANNA, "resolve:referred"))
    await world.board.once()
    assert world.store.cases["t1"].state == "assigned"
    await world.board.take(pressed(CHAT, thread, ANNA, "confirm:resolve"))
    assert world.store.cases["t1"].state == "assigned"
    await world.board.take(pressed(CHAT, thread, BEN, "confirm:resolve"))
    assert world.store.cases["t1"].state == "resolved"


async def test_only_groups_that_are_switched_on_and_one_board_at_a_time(world):
    await world.store.open("be", "T2", "Blue Owl", country="BE", ref="b")
    await world.store.open("de", "T2", "Green Owl", country="DE", ref="c")
    await world.board.once()
    assert [topic["name"][5:12] for topic in world.double.topics.values()] == ["Red Fox"]
    first = world.topics
    world.another()
    assert await first.lead()
    assert not await world.topics.lead()


async def test_what_was_brought_is_not_brought_again_by_the_next_board(world):
    await world.board.once()
    await world.desk.act(Viewer("anna"), "gr", claim.Claim())
    await world.board.once()
    before = list(world.double.posts)
    await world.another().once()
    assert world.double.posts == before


def test_updates_of_contacts_are_left_to_the_channel():
    private = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 4, "type": "private"}, "text": "hello"}}
    assert not of_group(private)
    for strange in (None, 7, [], {}, {"update_id": 1}, {"callback_query": 3}, {"message": {"chat": "x"}}):
        assert not of_group(strange)
    joined = said(CHAT, 1, ANNA, "x") | {}
    joined["message"]["new_chat_members"] = [{}]
    assert of_group(joined)
    assert read(joined) is None
