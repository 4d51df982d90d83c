"""Machine translation in the console: for who may read the case, written down before, always beside the original."""

from __future__ import annotations

import dataclasses

import pytest
from starlette.testclient import TestClient

from bot.console.access import COOKIE
from bot.console.app import console_app
from bot.errors import NotAllowedError, UnavailableError
from bot.people.account import Scope
from bot.ports.partitions import Line
from tests.console.conftest import at_work, csrf

PATH = "/console/cases/case-0/translate"


class Translator:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.error: Exception | None = None
        self.known = True

    def offers(self, _source: str, _target: str) -> bool:
        return self.known

    async def languages(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    async def translate(self, text: str, source: str, target: str) -> str:
        self.asked.append((text, source, target))
        if self.error:
            raise self.error
        return text[::-1]


@pytest.fixture
async def translator(world):
    lines = [
        Line(1, "contact", "أحدهم", locale="fa_AF"),
        Line(2, "contact", "one\ntwo", locale="ar"),
        Line(3, "bot", "two", locale="el"),
    ]
    await world.escalations.open("case-0", "T1", "Red Fox", *lines, channel="telegram", locale="ar")
    await world.escalations.open("case-x", "T1", "Grey Owl", *lines, excluded=("noor",))
    await world.escalations.open("case-n", "T2", "Blue Jay", locale="")
    return Translator()


@pytest.fixture
async def asking(world, translator):
    parts = dataclasses.replace(world.parts(), translator=translator, audit=world.audit)
    token = await at_work(world, "noor")
    with TestClient(console_app(parts), cookies={COOKIE: token}) as client:
        yield client


def ask(client, path=PATH, **fields):
    fields.setdefault("csrf", csrf(client.get("/console/cases/case-0")))
    return client.post(path, data=fields, headers={"accept": "application/json"})


def noted(world):
    return [(by, what, detail) for by, verb, what, detail in world.audit.noted if verb == "translate"]


def test_a_draft_goes_into_the_language_of_the_contact_and_a_message_into_the_one_of_the_caseworker(
    asking, translator, world
):
    answer = ask(asking, text=" Hello\r\nyou ", to="contact")
    assert answer.status_code == 200
    assert answer.json() == {"text": "uoy\nolleH", "machine": True, "source": "en", "target": "ar"}
    assert noted(world) == [("noor", "case-0", "en to ar")]
    assert world.escalations.logs["case-0"][-1].text == "two"  # nothing was sent
    assert ask(asking, text="أحدهم", to="me").json()["source"] == "fa_AF"
    assert ask(asking, text="one\r\ntwo", to="me").json()["source"] == "ar"
    assert ask(asking, text="two", to="me").json()["source"] == "ar"  # the bot's own words do not count
    assert translator.asked[1] == ("أحدهم", "fa_AF", "en")


def test_it_is_written_down_before_a_text_leaves_and_without_the_text(asking, translator, world):
    token, kept = csrf(asking.get("/console/cases/case-0")), world.audit.note

    async def away(*_args):
        raise UnavailableError

    world.audit.note = away
    assert ask(asking, csrf=token, text="Hello", to="contact").status_code == 503
    assert translator.asked == []
    world.audit.note = kept
    ask(asking, text="Hello", to="contact")
    assert noted(world)
    assert "Hello" not in str(world.audit.noted)


async def test_what_cannot_be_translated_is_said_and_goes_nowhere(asking, translator, world):
    token = csrf(asking.get("/console/cases/case-0"))

    def answers(path=PATH, **fields):
        answer = ask(asking, path, **({"csrf": token, "text": "Hello", "to": "contact"} | fields))
        return answer.status_code, answer.json()["error"] if answer.status_code != 403 else ""

    for status, path, fields in (
        (409, PATH, {"text": " "}),
        (409, "/console/cases/case-n/translate", {}),
        (404, "/console/cases/case-x/translate", {"to": "me"}),
        (404, "/console/cases/none/translate", {"to": "me"}),
        (403, PATH, {"csrf": "other"}),
    ):
        assert answers(path, **fields)[0] == status
    assert (translator.asked, noted(world)) == ([], [])
    translator.error = UnavailableError()
    assert answers() == (503, "The translation service cannot be reached now. Try again in a moment.")
    translator.error = NotAllowedError("The translation service does not know these two languages.")
    assert answers() == (409, "The translation service does not know these two languages.")
    translator.asked.clear()
    await world.accounts.set_scope("noor", Scope(roles=("coordinator", "administrator")), by="@test")
    assert answers(to="me")[0] == 403
    assert translator.asked == []


def test_the_page_offers_it_only_where_a_service_knows_both_languages(asking, translator):
    button = 'class="translate"'
    assert button in asking.get("/console/cases/case-0").text
    translator.known = False
    assert button not in asking.get("/console/cases/case-0").text


def test_without_a_service_there_is_no_such_address(signed_in, translator):
    page = signed_in.get("/console/cases/case-0")
    assert 'class="translate"' not in page.text
    assert signed_in.post(PATH, data={"csrf": csrf(page), "text": "Hello", "to": "me"}).status_code == 404
