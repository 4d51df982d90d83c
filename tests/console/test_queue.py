"""The queue: what a filter leaves, what it counts, and what is sent again when something changed."""

from __future__ import annotations

import re

import msgspec
import pytest
from starlette.testclient import TestClient

from bot.console.queue_choice import counts, select
from bot.desk.filters import Filter, matches
from bot.desk.views import Row
from tests.console.stage import COOKIE, Stage

SCRIPT = {"accept": "application/json"}


def row(id: str, **more) -> Row:
    facts = {
        "pseudonym": id, "level": "T2", "topic": "housing", "country": "GR", "locale": "ar", "channel": "telegram",
        "state": "waiting", "owner": "", "at": 0, "due_at": 100, "waiting_ms": 0,
    }  # fmt: skip
    return Row(id, **{**facts, **more})


ROWS = [
    row("a", level="T0", country="BE"),
    row("b", level="T1", owner="noor", state="answered", labels=("night",)),
    row("c", level="T1", locale="fr", owner="sam", state="assigned"),
    row("d", country="DE", labels=("night", "sister")),
    row("e", locale="fr", owner="noor", state="assigned", team="lesvos"),
]


def ids(**wanted: str) -> list[str]:
    return [one.id for one in select(ROWS, Filter(**wanted), "noor").rows]


def test_filter_leaves_what_is_asked_for():
    assert ids(country="GR", language="fr") == ["c", "e"]
    assert ids(owner="me") == ids(owner="noor") == ["b", "e"]
    assert ids(owner="nobody") == ["a", "d"]
    assert ids(label="night", level="T2") == ["d"]
    assert ids(team="lesvos") == ["e"]


@pytest.mark.parametrize("field", ["country", "language", "topic", "level", "team", "owner", "label"])
def test_filter_agrees_with_the_desk(field):
    values = {"", "GR", "ar", "fr", "housing", "T1", "lesvos", "me", "nobody", "sam", "noor", "night"}
    for value in values:
        wanted = Filter(**{field: value})
        found = {one.id for one in select(ROWS, wanted, "noor").rows}
        assert found == {one.id for one in ROWS if matches(one, wanted, "noor")}


def test_those_whose_contact_waits_come_first_within_a_level():
    assert ids() == ["a", "c", "b", "d", "e"]


def test_shares_say_what_each_other_choice_would_show():
    shares = select(ROWS, Filter(country="GR", owner="me"), "noor").shares
    assert shares["owner"] == {"": 3, "me": 2, "sam": 1}
    assert shares["country"] == {"": 2, "GR": 2}
    assert shares["language"] == {"": 2, "ar": 1, "fr": 1}
    assert shares["label"] == {"": 2, "night": 1}


def test_danger_outside_the_filter_is_counted():
    assert select(ROWS, Filter(country="GR"), "noor").left_out == 1
    assert select(ROWS, Filter(country="BE"), "noor").left_out == 0


def test_counts_for_title_and_alert():
    assert counts(ROWS, 101) == {"waiting": 2, "late": 2, "announced": 0, "danger": ["a:0"]}
    assert counts(ROWS, 99)["late"] == 0


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
async def client(stage):
    await stage.fill()
    token = await stage.token("noor")
    with TestClient(stage.app(), cookies={COOKIE: token}) as client:
        yield client


def part(client, tag="", query=""):
    return client.get(f"/console/queue?part=1{query or '&all=1'}", headers={**SCRIPT, "if-none-match": tag})


async def test_unchanged_queue_costs_nothing(client):
    first = part(client)
    assert len(first.json()["rows"]) == 12
    again = part(client, first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_only_what_changed_is_sent(client, stage):
    tag = part(client).headers["etag"]
    case = stage.escalations.cases["c3"]
    stage.escalations.cases["c3"] = msgspec.structs.replace(case, announced=4)
    del stage.escalations.cases["c12"]
    said = part(client, tag).json()
    assert list(said["rows"]) == ["c3"]
    assert "announced again: 4" in said["rows"]["c3"]
    assert [one[0] for one in said["order"]] == [f"c{n}" for n in (1, 2, 3, 4, 7, 6, 8, 5, 11, 9, 10)]
    assert said["levels"] == {"T0": 1, "T1": 3, "T2": 4, "T3": 3}


async def test_page_and_part_are_the_same_version(client):
    page = client.get("/console/queue?all=1")
    tag = re.search(r'data-tag="(\w+)"', page.text)[1]
    assert part(client, f'"{tag}"').status_code == 304


async def test_row_looks_different_to_whoever_has_the_case(client, stage):
    def seen() -> str:
        return part(client).json()["rows"]["c8"]

    assert "mine" in seen()
    token = await stage.token("sam")
    client.cookies.set(COOKIE, token)
    assert "mine" not in seen()
    assert "noor" in seen()


async def test_address_holds_the_filter_and_it_is_remembered(client):
    page = client.get("/console/queue?country=GR&level=T1&bad=<b>")
    assert page.status_code == 200
    back = client.get("/console/queue", follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/console/queue?country=GR&level=T1")
    client.get("/console/queue?all=1")
    assert client.get("/console/queue", follow_redirects=False).status_code == 200


async def test_choices_have_names_and_numbers(client):
    options = part(client, query="&country=BE&topic=police").json()["options"]
    assert ["BE", "Belgium", 0] in options["country"]
    assert ["GR", "Greece", 1] in options["country"]
    assert options["topic"] == [["abuse", "Abuse", 1], ["age_assessment", "Age assessment", 1],
        ["foster_care", "Foster care", 1], ["police", "Police", 0], ["school", "School", 1],
        ["self_harm", "Self harm", 1]]  # fmt: skip


async def test_take_in_a_row_needs_no_script(client):
    page = client.get("/console/queue?all=1")
    token = re.search(r'<form id="take".*?value="([^"]+)"', page.text)[1]
    assert 'formaction="/console/cases/c1/claim"' in page.text
    answer = client.post("/console/cases/c1/claim", data={"csrf": token}, follow_redirects=False)
    assert answer.headers["location"] == "/console/cases/c1"


async def test_now_tells_numbers_and_no_content(client):
    said = client.get("/console/now", headers=SCRIPT)
    assert said.json()["danger"] == ["c1:0"]
    assert "Red Fox" not in said.text
    assert client.get("/console/now", headers={**SCRIPT, "if-none-match": said.headers["etag"]}).status_code == 304


async def test_who_sees_no_queue_begins_elsewhere(stage):
    await stage.fill()
    token = await stage.token("ada")
    with TestClient(stage.app(), cookies={COOKIE: token}) as ada:
        answer = ada.get("/console/queue")
        assert answer.status_code == 403
        assert "Red Fox" not in answer.text
        assert ada.get("/console", follow_redirects=False).headers.get("location") != "/console/queue"


async def test_store_away_is_said(client, stage):
    stage.escalations.away = True
    assert part(client).status_code == 503
    page = client.get("/console/queue?all=1")
    assert page.status_code == 503
    assert "Nothing is lost" in page.text


async def test_missing_page_is_a_page(client):
    assert "This page does not exist" in client.get("/console/nowhere", headers={"accept": "text/html"}).text
    assert client.get("/console/nowhere", headers=SCRIPT).json() == {"error": "Not Found"}


async def test_broken_page_shows_no_text_of_the_error(client, stage):
    def broken() -> None:
        msg = "secret words"
        raise RuntimeError(msg)

    stage.escalations._check = broken
    page = client.get("/console/queue?all=1", headers={"accept": "text/html"})
    assert page.status_code == 500
    assert "It is our fault" in page.text
    assert "secret words" not in page.text


async def test_theme_and_language_are_kept_without_the_script(client):
    answer = client.post(
        "/console/prefer", data={"ucare_theme": "dark", "next": "/console/queue?all=1"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/console/queue?all=1"
    assert 'data-theme="dark"' in client.get("/console/queue?all=1").text
    client.post("/console/prefer", data={"ucare_theme": "auto", "ucare_locale": "ar", "next": "//evil.example/x"})
    page = client.get("/console/queue?all=1").text
    assert "data-theme" not in page
    assert 'lang="ar" dir="rtl"' in page


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/console/..//x", "/other", "/console\\x", ""]
)
async def test_after_a_choice_one_stays_here(client, path):
    answer = client.post("/console/prefer", data={"ucare_theme": "dark", "next": path}, follow_redirects=False)
    assert answer.headers["location"] == "/console/queue"
