"""Signing in with a second factor, one's own account, and who runs the accounts."""

from __future__ import annotations

import re

import pyotp
import pytest
from starlette.testclient import TestClient

from bot.console.app import console_app
from bot.console.doorway import device_of, own
from bot.people.account import Scope
from tests.console.conftest import PASSWORD, csrf

NEW = "green kettle by the door"


@pytest.fixture
async def admins(world):
    for name in ("ada", "bea"):
        scope = Scope(roles=("administrator",))
        await world.accounts.choose_password(await world.accounts.invite(name, scope), PASSWORD)
    await world.accounts.choose_password(await world.accounts.invite("noor"), PASSWORD)
    await world.escalations.open("case-0", "T1", "Red Fox")


def enter(world, name, password=PASSWORD):
    client = TestClient(console_app(world.parts()))
    page = client.get("/console/sign-in")
    return client, client.post("/console/sign-in", data={"csrf": csrf(page), "name": name, "password": password})


def people(client, **fields):
    page = client.get("/console/people")
    return client.post("/console/people", data={"csrf": csrf(page), **fields})


async def test_who_has_a_factor_is_asked_for_it(world, admins):
    client, _ = enter(world, "noor")
    page = client.get("/console/me")
    page = client.post("/console/me/factor", data={"csrf": csrf(page), "do": "begin"})
    secret = re.search(r"<code dir=\"ltr\">(\w+)</code>", page.text)[1]
    assert client.get("/console/me/qr.svg").headers["cache-control"] == "no-store"
    page = client.post(
        "/console/me/factor", data={"csrf": csrf(page), "do": "confirm", "code": pyotp.TOTP(secret).now()}
    )
    paper = re.findall(r"<li><code>([\w-]+)</code>", page.text)
    assert len(paper) == 10
    assert client.get("/console/me/qr.svg").status_code == 404
    again, asked = enter(world, "noor")
    assert "Type the six digits" in asked.text
    assert again.get("/console/queue").url.path == "/console/sign-in"
    pending = re.search(r'name="pending" value="([^"]+)"', asked.text)[1]
    data = {"csrf": csrf(asked), "pending": pending, "next": "/console/cases/case-0"}
    assert again.post("/console/sign-in/code", data={**data, "code": "000000"}).status_code == 403
    done = again.post("/console/sign-in/code", data={**data, "code": paper[0]})
    assert (done.status_code, done.url.path) == (200, "/console/cases/case-0")
    late = again.post("/console/sign-in/code", data={**data, "code": paper[1]})
    assert late.status_code == 403


async def test_where_a_factor_is_required_nothing_comes_before_it(world, admins):
    parts = world.parts()
    object.__setattr__(parts.accounts.rules, "factor_required", True)
    client = TestClient(console_app(parts))
    page = client.get("/console/sign-in")
    landed = client.post("/console/sign-in", data={"csrf": csrf(page), "name": "noor", "password": PASSWORD})
    assert (landed.url.path, "Set up a second factor first" in landed.text) == ("/console/me", True)
    assert client.get("/console/cases/case-0").url.path == "/console/me"


async def test_a_session_is_ended_from_another_and_a_password_is_changed(world, admins):
    first, _ = enter(world, "noor")
    second, _ = enter(world, "noor")
    page = second.get("/console/me")
    assert page.text.count("End it") == 1
    second.post("/console/me/sessions", data={"csrf": csrf(page)})
    assert first.get("/console/queue").url.path == "/console/sign-in"
    data = {"csrf": csrf(page), "old": PASSWORD, "password": NEW, "again": NEW}
    assert second.post("/console/me/password", data=data).url.path == "/console/sign-in"
    assert enter(world, "noor")[1].status_code == 403
    assert enter(world, "noor", NEW)[1].url.path == "/console/queue"


async def test_an_administrator_sees_no_content_and_others_run_no_accounts(world, admins):
    ada, _ = enter(world, "ada")
    assert ada.get("/console/queue").status_code == 403
    assert "Red Fox" not in ada.get("/console/cases/case-0").text
    assert ada.get("/console/people").status_code == 200
    noor, _ = enter(world, "noor")
    assert noor.get("/console/people").status_code == 403
    assert noor.post("/console/people", data={"do": "disable", "name": "ada"}).status_code == 403


async def test_somebody_is_invited_changed_and_shut_out(world, admins):
    ada, _ = enter(world, "ada")
    assert "Choose at least one role" in people(ada, do="invite", name="sam").text
    made = people(ada, do="invite", name="sam", role=["caseworker", "lead"], countries="gr, be", teams="")
    link = re.search(r"value=\"(http://testserver/console/welcome/[\w-]+)\"", made.text)[1]
    assert "Welcome, sam" in ada.get(link).text
    sam = next(one for one in await world.accounts.all() if one.name == "sam")
    assert (sam.roles, sam.countries) == (("caseworker", "lead"), ("GR", "BE"))
    people(ada, do="change", name="sam", role="auditor")
    assert next(one for one in await world.accounts.all() if one.name == "sam").roles == ("auditor",)
    noor, _ = enter(world, "noor")
    people(ada, do="disable", name="noor")
    assert noor.get("/console/queue").url.path == "/console/sign-in"
    verbs = [(by, verb) for by, verb, *_ in world.audit.noted]
    assert {("ada", "invited"), ("ada", "scope_changed"), ("ada", "disabled")} <= set(verbs)


async def test_recovery_takes_two_administrators(world, admins):
    ada, _ = enter(world, "ada")
    bea, _ = enter(world, "bea")
    people(ada, do="ask_recovery", name="noor")
    assert "must confirm" in people(ada, do="recover", name="noor").text
    made = people(bea, do="recover", name="noor")
    assert "/console/welcome/" in made.text
    assert enter(world, "noor")[1].status_code == 403
    assert "Somebody else must do this" in people(bea, do="ask_recovery", name="bea").text


async def test_nobody_takes_the_last_administrator_away(world, admins):
    await world.accounts.set_scope("ada", Scope(roles=("administrator", "auditor")), by="bea")
    ada, _ = enter(world, "ada")
    people(ada, do="disable", name="bea")
    assert "Nobody would be left" in people(ada, do="change", name="ada", role="auditor").text
    assert "Somebody else must do this" in people(ada, do="change", name="ada", role=["administrator", "lead"]).text


@pytest.mark.parametrize(
    "after", ["https://evil.example", "//evil.example", "/console//evil", "/other", "/console/\\x", "x" * 400]
)
def test_after_signing_in_one_stays_here(after):
    assert own(after) == "/console"


def test_a_device_is_known_roughly():
    assert device_of("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36") == "Chrome, Android"
    assert device_of("curl/8") == "Browser"
