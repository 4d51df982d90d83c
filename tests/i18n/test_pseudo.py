"""Walks what is said and shown in ``en_XA``: a letter without an accent is text that cannot be translated."""

from __future__ import annotations

import asyncio
import dataclasses
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from bot.config import ROOT
from bot.console.app import console_app, welcome_path
from bot.core.understood import Ranked, RiskFinding, Understood
from bot.flowfiles.build import library
from bot.flowfiles.phrasebook import phrasebook
from bot.i18n.pages import page_texts
from bot.i18n.pseudo import pseudo, untranslated
from bot.ports.partitions import Line
from bot.turns.direct import DirectConversation
from bot.web.app import chat_app
from bot.web.parts import Parts as WebParts
from tests.console.conftest import PASSWORD, World, csrf
from tests.console.memory import now
from tests.web.memory import MemoryWebChat, WallClock

NAMES = {"WhatsApp", "Telegram", "JavaScript", "UTC", "T0", "T1", "T2", "T3"}
CLDR = {"Arabic", "Greece", "min", "hr", "day", "days", "hours"}
"""Names of languages and countries, and how long something takes: Babel's own data."""


@pytest.fixture(scope="module")
def whole():
    return library(ROOT / "flows", ROOT / "locales", pseudo=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hide this chat", "[Ĥíðé ţĥíš çĥáţ~~~~]"),
        ("Call {tel_child} now.", "[Çáľľ {tel_child} ñóŵ.~~~~~~~]"),
        ("Nineteen characters", "Ñíñéţééñ çĥáŕáçţéŕš"),
    ],
)
def test_a_text_is_accented_longer_and_in_brackets_and_a_label_still_fits(text, expected):
    assert pseudo(text, "en_XA") == expected
    assert untranslated(pseudo(text, "en_XA")) == []
    assert untranslated(text)


def test_the_other_one_runs_from_right_to_left_and_nobody_may_take_either_for_a_language(whole):
    assert {"en_XA", "ar_XB"} <= set(whole.locales)
    assert {"en_XA", "ar_XB"} <= whole.drafts
    assert not {"en_XA", "ar_XB"} & set(library(ROOT / "flows", ROOT / "locales").locales)
    assert pseudo("I am", "ar_XB") == "[ي ام~~]"


class Means:
    """Understands what the test says."""

    topic, risk = "", ""

    async def understand(self, text, *, locale, audience, recent=()):
        found = RiskFinding(self.risk, "T0", "alarm", "test") if self.risk else None
        return Understood(
            locale=None, locale_confidence=0.0, risk=found,
            ranking=(Ranked(self.topic, 0.99),) if self.topic else (), nlu=True,
        )  # fmt: skip


def check(outputs, where):
    for output in outputs:
        message = output.get("message")
        if message and message.get("who") != "caseworker":
            for text in (message["text"], *message["choices"]):
                assert not untranslated(text), (where, message["flow"], message["step"], text)
            assert message["locale"] == "en_XA"


async def walk(library, topic, audience, country):
    """Ask about a topic, and press every choice of what is answered."""
    means = Means()

    async def asked():
        play = DirectConversation(library, means, locale="en_XA", country=country, audience=audience)
        means.topic = topic
        check(await play.feed("a question"), topic)
        means.topic = ""
        return play

    count = len((await asked()).offered)
    for at in range(count):
        play = await asked()
        if at < len(play.conversation.offered):
            check(await play.press(play.conversation.offered[at].payload), (topic, at))


@pytest.mark.slow
@pytest.mark.parametrize("audience", ["child", "carer"])
def test_every_topic_speaks_nothing_but_what_can_be_translated(whole, audience):
    topics = sorted({flow.topic for flow in whole.flows.values() if flow.topic} - {"change_language"})
    assert len(topics) > 40

    async def all_of_them():
        for number, topic in enumerate(topics):
            await walk(whole, topic, audience, ("BE", "DE", "GR")[number % 3])

    asyncio.run(all_of_them())


@pytest.mark.slow
def test_what_is_said_without_being_asked_can_be_translated(whole):
    async def play():
        means = Means()
        talk = DirectConversation(whole, means, locale="en_XA", country="BE", audience="child")
        for kind in ("voice", "picture", "video", "sticker", "location", "contact", "document", "unknown"):
            check(await talk.feed("", kind=kind), kind)
        check(await talk.feed("nobody understands this"), "lost")
        check(await talk.feed("edited", edited=True), "edited")
        means.risk = "danger"
        check(await talk.feed("danger"), "danger")
        means.risk = ""
        check(await talk.wait(3_600_000), "waiting")
        check(await talk.claim(), "taken")
        check(await talk.hand_back(), "handed back")
        check(await talk.wait(400 * 86_400_000), "silence")
        check(await talk.feed("after a long time"), "who is there")
        fresh = DirectConversation(whole, means, locale="en_XA")
        check(await fresh.start(), "welcome")

    asyncio.run(play())


class Seen(HTMLParser):
    """Collects what a page shows or reads aloud."""

    ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0
        self.lang = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.lang = given.get("lang", self.lang) if tag == "html" else self.lang
        self.silent += tag in {"script", "style", "kbd"}
        wanted = [name for name in given if name in self.ATTRIBUTES or name in {"data-off", "data-one", "data-failed"}]
        self.texts += [given[name] for name in wanted if given[name]]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style", "kbd"}

    def handle_data(self, data):
        if data.strip() and not self.silent:
            self.texts.append(data.strip())


LANGUAGES = {"English", "Deutsch", "Ελληνικά", "Français", "Nederlands"}
"""What languages call themselves, in the menu."""


def hard_coded(page, *given):
    seen = Seen()
    seen.feed(page.text)
    assert seen.lang == "en-XA"
    assert len(seen.texts) > 3
    known = NAMES | CLDR | LANGUAGES | {"n"} | {word for text in given for word in untranslated(text)}
    return [word for text in seen.texts for word in untranslated(text) if word not in known]


async def nothing():
    return {}


def test_the_chat_page_can_be_translated_whole():
    texts = page_texts(ROOT / "locales", pseudo=True)
    parts = WebParts(mailbox=MemoryWebChat(), texts=texts, clock=WallClock(), readiness=nothing, webhooks={},
                     registry=None, understanding_ready=lambda: True)  # fmt: skip
    with TestClient(chat_app(parts)) as client:
        assert hard_coded(client.get("/chat?lang=en-XA")) == []


@pytest.mark.parametrize("verb", ["", "claim"])
async def test_every_page_of_the_console_can_be_translated_whole(verb):
    world = World()
    parts = world.parts()
    parts = dataclasses.replace(
        parts,
        texts=page_texts(ROOT / "locales", pseudo=True),
        phrases=phrasebook(ROOT / "flows", ROOT / "locales"),
    )
    await world.accounts.choose_password(await world.accounts.invite("noor"), PASSWORD)
    await world.accounts.choose_password(await world.accounts.invite("mo"), PASSWORD)
    lines = [Line(at=now(), who=who, text="۱۲", kind=kind, reply=status, by="mo" if status else "")
             for who, kind, status in (
        ("contact", "voice", ""), ("bot", "text", ""), ("caseworker", "text", "failed"), ("caseworker", "text", "held"),
    )]  # fmt: skip
    await world.escalations.open("case-0", "T0", "Red Fox", *lines, locale="ar")
    world.escalations.statuses["case-0"] = {"failed": "failed", "held": "held"}
    with TestClient(console_app(parts), headers={"accept-language": "en-XA"}) as client:
        page = client.get("/console/sign-in")
        assert hard_coded(page) == []
        wrong = client.post("/console/sign-in", data={"csrf": csrf(page), "name": "noor", "password": "x"})
        assert hard_coded(wrong) == []
        invited = client.get(welcome_path(await world.accounts.invite("new")))
        assert hard_coded(invited, "new") == []
        queue = client.post("/console/sign-in", data={"csrf": csrf(page), "name": "noor", "password": PASSWORD})
        assert hard_coded(queue, "noor Red Fox") == []
        if verb:
            client.post(f"/console/cases/case-0/{verb}", data={"csrf": csrf(queue)})
        case = client.get("/console/cases/case-0")
        assert hard_coded(case, "noor mo Red Fox", *SHOWN) == []
        assert hard_coded(client.get("/console/cases/no-such"), "noor") == []
        world.escalations.away = True
        assert hard_coded(client.get("/console/queue"), "noor") == []


SHOWN = [phrase.shown for phrase in phrasebook(ROOT / "flows", ROOT / "locales").for_contact("ar", "en_XA")]
"""Phrases are shown in English where the caseworker's language has none: that is said in the phrase book."""
