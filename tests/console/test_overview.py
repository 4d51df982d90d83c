from __future__ import annotations

import csv
import io
import re
from contextlib import ExitStack
from dataclasses import replace

import msgspec
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from bot.console.app import console_app
from bot.core.people import Viewer
from bot.figures.spans import Week
from bot.people.account import Scope
from tests.console.conftest import PASSWORD
from tests.console.overviews import World

ALL = Viewer("mira", frozenset({"coordinator"}))
GREECE = Viewer("eleni", frozenset({"coordinator"}), countries=("GR",))


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture
def look(world):
    with ExitStack() as stack:

        def enter(viewer=ALL):
            world.viewer = viewer
            return stack.enter_context(TestClient(world.app()))

        yield enter


def test_shows_what_was_published(look):
    page = look().get("/console/overview").text
    assert "Cases opened" in page
    assert "Everywhere" in page
    assert "Belgium" in page
    assert re.search(r"\d+ to \d+", page)
    assert "under 5" in page
    assert "/console/overview/chart/topics.svg" in page


def test_who_may_not_see_everything_sees_their_country(look):
    page = look(GREECE).get("/console/overview?place=all").text
    assert 'value="all"' not in page
    assert 'value="BE"' not in page
    assert 'value="GR" selected' in page or 'value="GR"' in page
    assert 'value="GR/athens"' in page


def test_who_is_bound_to_a_team_sees_that_team(look):
    athens = Viewer("eleni", frozenset({"lead"}), countries=("GR",), teams=("athens",))
    page = look(athens).get("/console/overview").text
    assert 'value="GR"' not in page
    assert 'value="GR/athens" selected' in page
    assert 'value="GR/islands"' not in page


def test_caseworker_is_not_let_in(look):
    page = look(Viewer("noor")).get("/console/overview", follow_redirects=False)
    assert page.status_code == 303


def test_charts_are_still_pictures_without_script(look):
    client = look()
    for name in ("topics", "languages", "countries", "outcomes", "helped", "trend"):
        for more in ("theme=light", "theme=dark&narrow=1"):
            answer = client.get(f"/console/overview/chart/{name}.svg?{more}")
            assert answer.headers["content-type"] == "image/svg+xml"
            assert answer.text.startswith("<svg")
            assert "<script" not in answer.text
            assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert client.get("/console/overview/chart/else.svg").status_code == 404


def test_same_week_says_the_same_whatever_happens_to_its_cases(look, world):
    client = look()
    week = str(world.first.back(-3))
    before = client.get(f"/console/overview/figures.csv?span={week}").content
    saved = dict(world.escalations.cases)
    for id_ in list(world.escalations.cases)[::3]:
        del world.escalations.cases[id_]
    assert look().get(f"/console/overview/figures.csv?span={week}").content == before
    world.escalations.cases = saved


def numbers(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def test_files_hold_no_number_under_five_and_are_written_down(look, world):
    client = look()
    client.get("/console/overview")
    world.audit.noted.clear()
    week = str(world.first.back(-3))
    answer = client.get(f"/console/overview/figures.csv?place=GR&span={week}")
    assert answer.headers["content-disposition"] == f'attachment; filename="figures-GR-{week}.csv"'
    found = numbers(answer.content.decode("utf-8-sig"))
    assert "<5" in found
    assert not {"0", "1", "2", "3", "4"} & set(found)
    assert world.audit.noted == [("mira", "export_figures", f"GR {week}", "csv")]
    book = load_workbook(io.BytesIO(client.get(f"/console/overview/figures.xlsx?place=all&span={week}").content))
    assert book.sheetnames[0] == "What these numbers are"
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "<5" in cells
    assert not any(isinstance(one, int) and one < 5 for one in cells)


def test_waiting_by_level_is_as_it_is_and_by_language_is_not(look, world):
    case = next(iter(world.escalations.cases.values()))
    for at in range(3):
        world.escalations.cases[f"now-{at}"] = msgspec.structs.replace(
            case, id=f"now-{at}", state="waiting", level="T1", locale="ps", opened_at=world.clock.now() - 60_000,
            due_at=world.clock.now() + 60_000,
        )  # fmt: skip
    page = look().get("/console/overview").text
    tile = re.search(r'<li class="tile T1">.*?</li>', page, re.DOTALL)[0]
    assert '<b class="big">3</b>' in tile
    assert "No language in which five or more wait" in page
    for at in range(3):
        del world.escalations.cases[f"now-{at}"]


def test_before_the_first_week_is_over():
    world = World(many=0)
    page = TestClient(world.app()).get("/console/overview").text
    assert "No week is over yet" in page


def test_address_with_nonsense_shows_the_last_week(look, world):
    for asked in ("2026-99", "x", "2031-W40", "9999-W54", "0000-00"):
        page = look().get("/console/overview", params={"span": asked, "place": "XX/../"})
        assert page.status_code == 200
        assert f'value="{Week.of(world.clock.now()).back(2)}" selected' in page.text or "selected" in page.text


OPEN = {"caseworker": 403, "auditor": 403, "coordinator": 200, "lead": 200}


@pytest.mark.parametrize("role", OPEN)
async def test_real_door_opens_for_coordinators_and_leads(world, role):
    accounts = world.parts().accounts
    await accounts.choose_password(await accounts.invite("mira", Scope(roles=(role,))), PASSWORD)
    with TestClient(console_app(replace(world.parts(), audit=None))) as client:
        assert client.get("/console/overview", follow_redirects=False).headers["location"] == "/console/sign-in"
        page = client.get("/console/sign-in")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
        client.post("/console/sign-in", data={"csrf": token, "name": "mira", "password": PASSWORD})
        assert client.get("/console/overview").status_code == OPEN[role]
