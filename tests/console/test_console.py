from __future__ import annotations

import asyncio
import re

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.console.app import console_app, welcome_path
from bot.console.verbs import VERBS
from bot.ports.partitions import Line
from tests.console.conftest import PASSWORD, csrf
from tests.console.memory import now
from tests.web.serving import Served


@pytest.fixture
async def cases(world):
    wrote = Line(at=now(), who="contact", text="<script>alert(1)</script> أخاف")
    await world.escalations.open("case-2", "T2", "Blue Heron", topic="guardian")
    await world.escalations.open("case-0", "T0", "Red Fox", wrote)
    await world.escalations.open("case-x", "T1", "Grey Owl", excluded=("noor",))
    return world.escalations


def act(client, verb, id="case-0", **fields):
    page = client.get("/console/queue")
    return client.post(f"/console/cases/{id}/{verb}", data={"csrf": csrf(page), **fields}, follow_redirects=False)


async def test_first_link_password_and_sign_in(client, world):
    path = welcome_path(await world.accounts.invite("noor"))
    page = client.get(path)
    assert "Welcome, noor" in page.text
    assert "no-referrer" in page.headers["referrer-policy"]
    unequal = client.post(path, data={"csrf": csrf(page), "password": PASSWORD, "again": "else"})
    assert unequal.status_code == 400
    assert "not the same" in unequal.text
    done = client.post(path, data={"csrf": csrf(unequal), "password": PASSWORD, "again": PASSWORD})
    assert (done.url.path, done.status_code) == ("/console/queue", 200)
    assert client.get(path).status_code == 404
    out = client.post("/console/sign-out", data={"csrf": csrf(done)})
    assert out.url.path == "/console/sign-in"
    assert client.get("/console/queue").url.path == "/console/sign-in"


def test_session_cookie_is_strict_and_secure_behind_tls(world, noor):
    with TestClient(console_app(world.parts(public_url="https://example.org")), base_url="https://t") as client:
        page = client.get("/console/sign-in")
        data = {"csrf": csrf(page), "name": noor, "password": PASSWORD}
        cookie = client.post("/console/sign-in", data=data, follow_redirects=False).headers["set-cookie"]
    assert re.search(r"ucare_console=\S+; HttpOnly; Path=/console; SameSite=strict; Secure", cookie)


def test_wrong_passwords_are_refused_alike_and_slowed_down(client, noor):
    def enter(name):
        page = client.get("/console/sign-in")
        return client.post("/console/sign-in", data={"csrf": csrf(page), "name": name, "password": "wrong"})

    known, unknown = enter("noor"), enter("nobody")
    assert known.status_code == unknown.status_code == 403
    assert known.text.replace("noor", "") == unknown.text.replace("nobody", "").replace("noor", "")
    assert 429 in [enter("noor").status_code for _ in range(6)]


@pytest.mark.parametrize("path", ["/console/queue", "/console/events", "/console/cases/case-0"])
def test_nothing_is_shown_to_strangers(client, cases, path):
    answer = client.get(path, headers={"cookie": "ucare_console=guess"}, follow_redirects=False)
    assert answer.headers["location"] == "/console/sign-in"
    assert client.get(path, headers={"sec-fetch-mode": "cors"}).status_code == 401
    assert "Red Fox" not in answer.text


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_form_needs_its_token_and_our_own_site(signed_in, cases, verb):
    before = dict(cases.cases)
    path = f"/console/cases/case-0/{verb}"
    right = csrf(signed_in.get("/console/queue"))
    assert signed_in.post(path, data={}).status_code == 403
    assert signed_in.post(path, data={"csrf": "guess"}).status_code == 403
    assert signed_in.post(path, data={"csrf": right}, headers={"origin": "https://evil.example"}).status_code == 403
    assert signed_in.post(path, json={"csrf": right}).status_code == 403
    assert cases.cases == before


def test_pages_have_strict_headers_and_nothing_inline(signed_in, cases):
    act(signed_in, "claim")
    for path in ("/console/queue", "/console/cases/case-0"):
        page = signed_in.get(path)
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*src=)|<style| on[a-z]+=| style=|(src|href)=\"http", page.text)


def test_queue_is_ranked_and_hides_closed_cases(signed_in, cases):
    page = signed_in.get("/console/queue").text
    assert page.index("Red Fox") < page.index("Blue Heron")
    assert "Grey Owl" not in page
    assert "Greece" in page
    assert "Arabic" in page


async def test_nobody_is_shut_out_who_does_not_exist_or_is_the_last_one(signed_in, cases, world):
    said = act(signed_in, "exclude", accused="ghost", reason="The child names him.")
    assert (said.status_code, "Choose a colleague." in said.text) == (409, True)
    await world.accounts.choose_password(await world.accounts.invite("sam"), PASSWORD)
    await world.accounts.disable("sam")
    said = act(signed_in, "exclude", accused="noor", reason="The child names her.")
    assert (said.status_code, "Nobody would be left" in said.text) == (409, True)
    assert cases.cases["case-0"].excluded == ()
    await world.accounts.choose_password(await world.accounts.invite("sam"), PASSWORD)
    assert act(signed_in, "exclude", accused="noor", reason="The child names her.").status_code == 303
    assert cases.cases["case-0"].excluded == ("noor",)


def test_what_was_announced_again_is_seen_in_the_queue(signed_in, cases):
    assert "announced again" not in signed_in.get("/console/queue").text
    cases.cases["case-0"] = msgspec.structs.replace(cases.cases["case-0"], announced=3)
    page = signed_in.get("/console/queue").text
    assert "announced again: 3" in page


def test_store_away_is_said(signed_in, cases):
    act(signed_in, "claim")
    token = csrf(signed_in.get("/console/queue"))
    cases.away = True
    assert signed_in.get("/console/queue").status_code == 503
    said = signed_in.post(
        "/console/cases/case-0/reply",
        data={"csrf": token, "text": "a"},
        headers={"accept": "application/json"},
    )
    assert said.status_code == 503
    assert "Nothing was changed" in said.json()["error"]
    assert signed_in.get("/console/cases/case-0").status_code == 503
    assert act_with(signed_in, token).status_code == 503


def act_with(client, token):
    return client.post("/console/cases/case-0/release", data={"csrf": token})


def test_accounts_away_is_said(client, world):
    page = client.get("/console/sign-in")
    world.vault.away = True
    data = {"csrf": csrf(page), "name": "noor", "password": PASSWORD}
    assert client.post("/console/sign-in", data=data).status_code == 503
    page = client.get("/console/queue", headers={"cookie": "ucare_console=any"})
    assert "Nothing is lost" in page.text


def test_unknown_cases_and_verbs_are_not_found(signed_in, cases):
    assert signed_in.get("/console/cases/none").status_code == 404
    assert act(signed_in, "delete").status_code == 404
    assert act(signed_in, "claim", "none").status_code == 404


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data", "x"]),
)
def test_no_form_crashes_the_console(signed_in, cases, body, kind):
    for path in (
        "/console/sign-in",
        "/console/welcome/x",
        "/console/cases/case-0/reply",
        "/console/sign-out",
    ):
        assert signed_in.post(path, content=body, headers={"content-type": kind}).status_code == 403


async def test_changes_reach_the_page_and_end_with_the_session(world, noor, cases):
    token = await world.accounts.begin(noor)
    with Served(console_app(world.parts())) as served:
        url = f"{served.url}/console/events?case=case-0"
        http = httpx.AsyncClient(timeout=10, cookies={"ucare_console": token})
        async with http, http.stream("GET", url) as answer:
            lines = answer.aiter_lines()

            async def event():
                while True:
                    line = await anext(lines)
                    if line.startswith("event: "):
                        return line

            assert await event() == "event: ready"
            await asyncio.sleep(0.1)
            served.call(cases.write("case-2", "elsewhere"))
            served.call(cases.write("case-0", "here"))
            assert await event() == "event: change"
            await world.accounts.disable(noor)
            served.call(cases.write("case-0", "again"))
            with pytest.raises(StopAsyncIteration):
                await event()
