from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.web.app import chat_app
from bot.web.messages import MAX_CHARS


def post(client, text="hello", id="message-1", **more):
    return client.post("/chat/messages", json={"id": id, "text": text, **more})


def test_page_has_strict_headers_and_nothing_inline_or_foreign(client):
    page = client.get("/chat")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|<style| on[a-z]+=| style=|src=\"http|href=\"http", page.text)


def test_page_sets_no_cookie(client):
    assert "set-cookie" not in client.get("/chat").headers


@pytest.mark.parametrize(
    ("accept", "lang", "direction"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.5", "ar", "rtl"),
        ("tlh, nl-BE;q=0.8, en;q=0.9", "en", "ltr"),
        ("fa", "fa-AF", "rtl"),
        ("nl;q=nonsense,nl", "nl", "ltr"),
        ("", "en", "ltr"),
        (",;q=,,*;q=1;;--__", "en", "ltr"),
    ],
)
def test_page_speaks_what_the_browser_asks_for(client, accept, lang, direction):
    page = client.get("/chat", headers={"accept-language": accept})
    assert f'<html lang="{lang}" dir="{direction}">' in page.text


def test_page_is_translated_and_lang_parameter_wins(client):
    assert "اسأل هنا" in client.get("/chat?lang=ar", headers={"accept-language": "nl"}).text
    assert '<html lang="en"' in client.get("/chat?lang=<script>").text


def test_session_cookie_is_random_strict_and_kept(client):
    answer = client.post("/chat/session")
    cookie = answer.headers["set-cookie"]
    assert re.match(r"ucare_chat=[0-9a-f]{32};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert client.post("/chat/session").json() == {"new": False}


def test_session_cookie_is_secure_behind_tls(world):
    with TestClient(chat_app(world.parts(public_url="https://example.org"))) as client:
        assert "Secure" in client.post("/chat/session").headers["set-cookie"]


def test_message_becomes_one_event(contact, world):
    answer = post(contact, "Γεια 😀", start="")
    assert answer.status_code == 202
    (event,) = world.chat.events
    assert (event.text, event.kind, event.id) == ("Γεια 😀", "text", answer.json()["event"])
    assert event.locale_hint == ""
    assert contact.cookies["ucare_chat"] not in event.id


def test_a_text_cannot_hide_behind_a_button(contact, world):
    assert post(contact, "he hits me", button="menu/more/school").status_code == 400
    assert not world.chat.events
    assert post(contact, " ", button="menu/more/school").status_code == 202
    assert [event.kind for event in world.chat.events] == ["button"]


@pytest.mark.parametrize(("accept", "hint"), [("ps, nl-BE;q=0.5", "nl"), ("ps", ""), ("ar-SY", "ar")])
def test_language_of_the_browser_is_a_hint_and_never_made_up(contact, world, accept, hint):
    body = {"id": "message-1", "text": "hello"}
    contact.post("/chat/messages", json=body, headers={"accept-language": accept})
    assert world.chat.events[0].locale_hint == hint


def test_repeated_post_has_one_effect(contact, world):
    assert post(contact).json() == post(contact).json()
    assert len(world.chat.events) == 1


def test_same_message_id_of_another_contact_is_another_event(contact, world):
    post(contact)
    contact.cookies.clear()
    contact.post("/chat/session")
    post(contact)
    assert len({event.id for event in world.chat.events}) == 2


def test_button_and_start_are_passed_on(contact, world):
    contact.post("/chat/messages", json={"id": "button-01", "button": "menu:1"})
    contact.post("/chat/messages", json={"id": "start-001", "start": "web"})
    assert [(e.kind, e.button, e.start) for e in world.chat.events] == [
        ("button", "menu:1", ""),
        ("text", "", "web"),
    ]


def test_very_long_message_is_cut_and_the_contact_is_told(contact, world):
    answer = post(contact, "😀" * 100_000)
    assert answer.status_code == 202
    assert answer.json()["cut"] is True
    assert world.chat.events[0].text == "😀" * MAX_CHARS


def test_body_past_all_bounds_is_refused_clearly(contact, world):
    answer = contact.post("/chat/messages", content=b"[" * 2_000_001)
    assert answer.status_code == 413
    assert "larger" in answer.json()["error"]
    assert not world.chat.events


def test_control_characters_and_overrides_are_left_out_and_joiners_kept(contact, world):
    post(contact, "a\x00b\u202ec\u2066d\r\nمی\u200cخواهم")
    assert world.chat.events[0].text == "abcd\nمی\u200cخواهم"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", b"{" * 5000, b"[" * 100_000, b'{"id": "message-1"}',
        b'{"id":"x","text":"a"}',
        b'{"id":"message-1","text":7}', b'{"id":"message-1","text":"\xc3\x28"}',
        b'{"id":"message-1","text":"\\u0000"}',
        b'{"id":"message-1","text":"a","admin":true}', b'{"id":"../../etc","text":"a"}',
        json.dumps({"id": "message-1", "button": "x" * 257}).encode(),
    ],
)  # fmt: skip
def test_malformed_posts_get_a_clear_answer(contact, world, body):
    answer = contact.post("/chat/messages", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not world.chat.events


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=80).map(lambda t: json.dumps({"id": "fuzz-0001", "text": t}).encode()),
    )
)
def test_no_body_crashes_the_page(world, body):
    with TestClient(chat_app(type(world)().parts())) as client:
        client.post("/chat/session")
        answer = client.post("/chat/messages", content=body)
        assert answer.status_code in {202, 400}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_no_cookie_or_language_header_crashes_the_page(client, value):
    headers = {"cookie": f"ucare_chat={value}", "accept-language": value}
    assert client.get("/chat", headers=headers).status_code == 200
    assert client.post("/chat/messages", headers=headers, json={"id": "message-1", "text": "a"}).status_code == 401
    assert client.get("/chat/events", headers=headers).status_code == 401


def test_nothing_is_taken_without_a_session_or_from_another_site(client, world):
    assert post(client).status_code == 401
    client.post("/chat/session")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        body = {"id": "message-1", "text": "a"}
        assert client.post("/chat/messages", headers=headers, json=body).status_code == 403
        assert client.post("/chat/session", headers=headers).status_code == 403
    assert not world.chat.events


def test_too_many_messages_are_slowed_down_for_this_contact_alone(contact, world):
    statuses = [post(contact, id=f"message-{n}").status_code for n in range(20)]
    assert statuses[:15] == [202] * 15
    assert 429 in statuses
    assert int(post(contact, id="message-99").headers["retry-after"]) >= 1
    contact.cookies.clear()
    contact.post("/chat/session")
    assert post(contact).status_code == 202


def test_store_away_is_said_and_the_retry_succeeds(contact, world):
    world.chat.away = True
    answer = post(contact)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    world.chat.away = False
    assert post(contact).status_code == 202


def test_leaving_takes_the_cookie(contact):
    answer = contact.post("/chat/leave")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert not contact.cookies.get("ucare_chat")
    assert post(contact).status_code == 401
