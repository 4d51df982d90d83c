"""Announcements end to end: a turn on the real store, a real mail server, a real webhook, Telegram's double."""

from __future__ import annotations

import asyncio
import email
import email.policy
import time

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from bot.core.acts import claim
from bot.core.people import Viewer
from bot.errors import SettingError
from bot.notices.notifier import Notifier, mark
from bot.notices.senders import Mail, Telegram, Webhook
from bot.notices.state import State
from bot.sealing.signing import HEADER, verifies
from bot.store.announcements import RedisAnnouncements
from bot.teams.book import Book
from bot.teams.presence import Presence
from bot.teams.team import Announce, Reach, Team, Weekly
from bot.teams.telling import Colleague
from tests.channels.doubles.telegram import TelegramDouble
from tests.notices.places import Hook, MailServer
from tests.store import making as m

pytestmark = pytest.mark.redis
WORDS = "my very own words"
GROUP, NOOR = -100123, 4711


class Stage:
    """Everything announcements need, and the places they arrive at."""

    def __init__(self, store, clock, mail, hook, telegram) -> None:
        self.store, self.clock, self.mail, self.hook, self.telegram = store, clock, mail, hook, telegram
        self.state = State(store.vault)
        self.registry = CollectorRegistry()
        self.book = Book(
            (Team("greece", "Greece", countries=("GR",), timezone="Europe/Athens",
                  on_call=(Weekly("noor", "24/7"),),
                  announce=Announce(str(GROUP), ("team@example.org",), hook.url, "whsec_x")),),
            {"noor": Reach(telegram=str(NOOR)), "lea": Reach("lea@example.org")},
            Announce(emails=("all@example.org",)),
        )  # fmt: skip
        self.staff = (Colleague(Viewer("noor", teams=("greece",))), Colleague(Viewer("lea", frozenset({"lead"}))))

    def presence(self) -> Presence:
        return Presence(self.book, self.staff, frozenset({"email", "telegram", "webhook"}))

    def notifier(self, announcements=None, *, registry=None, senders=None, **more) -> Notifier:
        ways = {
            "webhook": Webhook(),
            "telegram": Telegram(self.telegram.token, self.telegram.url),
            "email": Mail(self.mail.url, "ucare@example.org"),
        }
        return Notifier(
            announcements or self.store.announcements, senders or ways, self.presence, self.state, self.clock,
            console="https://console.example", registry=registry, **{"retry_s": 0.05, **more},
        )  # fmt: skip

    async def open(self, level="T1", *, address="4711", team="greece"):
        """Let a contact write and a case be opened and announced, as the worker commits it."""
        await m.write(self.store, self.clock, address, WORDS)
        ((partition, entry),) = await m.read_all(self.store)
        case = msgspec.structs.replace(m.case_of(entry, partition, level=level), team=team)
        kept = m.conversation(entry, case=m.Case(case.id, level, "abuse"))
        commit = m.turn(entry, conversation=kept, escalation=case, announce=True)
        assert await partition.commit([commit]) == ["done"]
        return partition, case

    async def again(self, partition, case, round_):
        """Announce it once more, as the timer does."""
        await m.write(self.store, self.clock, "4711", "still here")
        ((_, entry),) = await m.read_all(self.store)
        after = msgspec.structs.replace(case, announced=round_, revision=case.revision + 1)
        kept = m.conversation(entry, case=m.Case(case.id, case.level, "abuse"))
        commit = m.turn(entry, conversation=kept, escalation=after, expected=case.revision, announce=True)
        assert await partition.commit([commit]) == ["done"]
        return after

    async def all(self, notifier) -> None:
        await notifier.take()
        await notifier.settled()

    def told(self, chat) -> list[str]:
        return [one.text for one in self.telegram.seen(chat)]


async def until(true) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.01)


@pytest.fixture
async def stage(store, clock):
    async with MailServer() as mail, Hook() as hook, TelegramDouble() as telegram:
        yield Stage(store, clock, mail, hook, telegram)


async def test_each_round_reaches_more_and_says_nothing_of_the_contact(stage):
    partition, case = await stage.open()
    notifier = stage.notifier()
    await stage.all(notifier)
    link = f"https://console.example/console/cases/{case.id}"
    assert stage.told(GROUP) == stage.told(NOOR) == [f"T1 serious risk: waiting for 0 min\nGR · ar\n{link}"]
    assert (stage.mail.kept, stage.hook.kept) == ([], [])
    stage.clock.forward(5 * 60_000)
    case = await stage.again(partition, case, 1)
    await stage.all(notifier)
    (text,) = stage.mail.to("team@example.org")
    mail = email.message_from_string(text, policy=email.policy.default)
    assert mail["subject"] == "T1 serious risk: waiting for 5 min, announced again: 1"
    assert link in mail.get_content()
    ((headers, body, said),) = stage.hook.kept
    assert verifies("whsec_x", body, headers[HEADER], int(stage.clock.now() / 1000))
    assert not verifies("whsec_x", body + b" ", headers[HEADER], int(stage.clock.now() / 1000))
    assert not verifies("whsec_x", body, headers[HEADER], int(stage.clock.now() / 1000) + 301)
    assert (said["level"], said["country"], said["language"], said["minutes"], said["link"]) == (
        "T1", "GR", "ar", 5, link)  # fmt: skip
    assert stage.mail.to("lea@example.org") == []
    case = await stage.again(partition, case, 2)
    await stage.all(notifier)
    assert len(stage.mail.to("lea@example.org")) == 1
    assert stage.mail.to("all@example.org") == []
    await stage.again(partition, case, 3)
    await stage.all(notifier)
    assert len(stage.mail.to("all@example.org")) == 1
    assert len(stage.told(GROUP)) == 4
    everything = str(stage.telegram.calls) + str(stage.mail.kept) + str(stage.hook.kept)
    for private in (WORDS, "still here", case.pseudonym, "abuse"):
        assert private not in everything
    assert await stage.store.client.do("XLEN", partition.key("announce")) == 0


async def test_who_took_it_ends_the_announcements(stage):
    _, case = await stage.open()
    await stage.store.escalations.act(case.id, "noor", claim.Claim())
    await stage.all(stage.notifier())
    assert stage.told(GROUP) == []


async def test_a_round_that_was_overtaken_is_not_told_late(stage):
    partition, case = await stage.open()
    await stage.again(partition, case, 1)
    await stage.all(stage.notifier())
    assert len(stage.told(GROUP)) == 1
    assert len(stage.mail.to("team@example.org")) == 1


async def test_two_notifiers_tell_each_target_once(stage):
    other = RedisAnnouncements(stage.store.client, stage.store.wakes, 4)
    both = [stage.notifier(), stage.notifier(other)]
    for number in range(6):
        await stage.open(address=f"{number}")
    while sum([await one.take() for one in both]):
        pass
    for one in both:
        await one.settled()
    assert len(stage.told(GROUP)) == 6
    assert len({text.rpartition("/")[2] for text in stage.told(GROUP)}) == 6


async def test_what_a_dead_notifier_held_is_told_by_another_and_nobody_twice(stage):
    quick = RedisAnnouncements(stage.store.client, stage.store.wakes, 4, idle_ms=100)
    _, case = await stage.open()
    dead = RedisAnnouncements(stage.store.client, stage.store.wakes, 4, idle_ms=100)
    (held,) = await dead.take(10)
    group = next(t for t in stage.presence().to_tell(case, 0, 0).targets if t.address == str(GROUP))
    await dead.mark(held, mark(group))  # it had told the group, and died then
    notifier = stage.notifier(quick)
    assert await notifier.take() == 0
    await dead.renew([held])
    await asyncio.sleep(0.15)
    assert await notifier.take() == 1
    await notifier.settled()
    assert (stage.told(GROUP), len(stage.told(NOOR))) == ([], 1)


async def test_what_is_renewed_is_not_taken(stage):
    await stage.open()
    first, second = (RedisAnnouncements(stage.store.client, stage.store.wakes, 4, idle_ms=300) for _ in range(2))
    held = list(await first.take(10))
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        await first.renew(held)
        assert list(await second.take(10)) == []
        await asyncio.sleep(0.05)


async def test_what_fails_is_tried_again_counted_and_shown(stage):
    partition, case = await stage.open()
    await stage.again(partition, case, 1)
    stage.mail.refuse = 2
    notifier = stage.notifier(registry=stage.registry, retry_s=0.5)
    await notifier.take()
    await until(lambda: stage.mail.refuse < 2)
    await until(lambda: stage.hook.kept and stage.told(GROUP))
    assert stage.mail.kept == [], "the others do not wait"
    await asyncio.sleep(0.05)
    (failed,) = await stage.state.failures()
    assert (failed.way, failed.code) == ("email", "SMTPDataError")
    await notifier.settled()
    assert len(stage.mail.to("team@example.org")) == 1
    assert len(stage.told(GROUP)) == len(stage.hook.kept) == 1, "and are told once"
    assert await stage.state.failures() == []
    count = stage.registry.get_sample_value
    assert count("ucare_announcements_total", {"way": "email", "outcome": "failed"}) == 2
    assert count("ucare_announcements_total", {"way": "email", "outcome": "sent"}) == 1


async def test_what_is_refused_for_good_is_not_tried_again(stage):
    partition, case = await stage.open()
    await stage.again(partition, case, 1)
    stage.hook.status = 302
    await stage.all(stage.notifier())
    (failed,) = await stage.state.failures()
    assert (failed.way, failed.code) == ("webhook", "http_302")


async def test_it_gives_up_when_the_next_round_is_near(stage):
    partition, case = await stage.open()
    stage.telegram.fail(chat=GROUP, status=500, description="down")
    notifier = stage.notifier()
    await notifier.take()
    await asyncio.sleep(0.1)
    stage.clock.forward(240_000)
    async with asyncio.timeout(2):
        await notifier.settled()
    assert await stage.store.client.do("XLEN", partition.key("announce")) == 0
    assert case.level == "T1"


async def test_at_t0_a_way_that_fails_lets_others_be_told_at_once(stage):
    stage.telegram.fail(status=500, description="down")
    await stage.open("T0")
    notifier = stage.notifier(retry_s=60)
    await notifier.take()
    await until(lambda: stage.mail.to("team@example.org"))
    await asyncio.sleep(0.1)
    assert len(stage.hook.kept) == 1
    assert stage.mail.to("all@example.org") == [], "one circle more was enough"


async def test_at_t0_a_way_that_is_not_set_up_is_no_way(stage):
    await stage.open("T0")
    stage.book = msgspec.structs.replace(stage.book, teams=(msgspec.structs.replace(
        stage.book.teams[0], announce=Announce()),))  # fmt: skip
    await stage.all(
        stage.notifier(senders={"email": Mail(stage.mail.url, "ucare@example.org")}, registry=stage.registry)
    )
    assert len(stage.mail.to("lea@example.org")) == 1
    count = stage.registry.get_sample_value
    assert count("ucare_announcements_total", {"way": "telegram", "outcome": "not_set_up"}) == 1


async def test_danger_with_nobody_on_duty_and_nobody_on_call_reaches_everybody(stage):
    stage.book = msgspec.structs.replace(stage.book, teams=(msgspec.structs.replace(
        stage.book.teams[0], on_call=()),))  # fmt: skip
    await stage.open("T0")
    await stage.all(stage.notifier())
    assert len(stage.told(GROUP)) == len(stage.told(NOOR)) == 1
    assert [len(stage.mail.to(f"{who}@example.org")) for who in ("lea", "all")] == [1, 1]


async def test_one_that_is_slow_holds_up_no_other(stage):
    stage.hook.gate = asyncio.Event()
    partition, case = await stage.open()
    await stage.again(partition, case, 1)
    running = asyncio.create_task(stage.notifier().run())
    try:
        await stage.telegram.wait_sent(1, chat=GROUP)
        await stage.open("T0", address="other")
        await stage.telegram.wait_sent(2, chat=GROUP, timeout_s=3)
        assert stage.hook.kept == []
        stage.hook.gate.set()
        await until(lambda: stage.hook.kept)
        assert await stage.state.ready() == frozenset({"email", "telegram", "webhook"})
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_case_that_is_deleted_takes_its_announcement_along(stage):
    partition, case = await stage.open()
    await m.write(stage.store, stage.clock, "4711", "delete")
    ((_, entry),) = await m.read_all(stage.store)
    await partition.commit([m.turn(entry, conversation=None, erase=True)])
    assert await stage.store.escalations.file(case.id) is None
    assert await stage.store.client.do("XLEN", partition.key("announce")) == 0
    await stage.all(stage.notifier())
    assert stage.told(GROUP) == []


async def test_after_the_server_lost_its_groups_it_goes_on(stage):
    notifier = stage.notifier()
    await notifier.take()
    await stage.store.client.do("FLUSHALL")
    running = asyncio.create_task(notifier.run())
    try:
        await stage.open()
        await stage.telegram.wait_sent(1, chat=GROUP)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_settings_of_the_mail_server_are_checked():
    for url in ("mail.example.org", "http://mail.example.org", "smtp://"):
        with pytest.raises(SettingError, match="SMTP_URL"):
            Mail(url, "a@b.example")
    with pytest.raises(SettingError, match="MAIL_FROM"):
        Mail("smtp://mail.example.org", "ucare")
    far = Mail("smtp://me:p%40ss@mail.example.org", "a@b.example")._options
    assert (far["port"], far["username"], far["password"], far["start_tls"]) == (587, "me", "p@ss", True)
    tls = Mail("smtps://mail.example.org", "a@b.example")._options
    assert (tls["port"], tls["use_tls"], tls["start_tls"]) == (465, True, None)
    assert Mail("smtp://127.0.0.1:25", "a@b.example")._options["start_tls"] is False
