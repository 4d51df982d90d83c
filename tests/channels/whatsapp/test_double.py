from __future__ import annotations

import aiohttp
import pytest

from tests.channels.doubles.twilio import CONTACT, TwilioDouble


async def post(double, path, *, token=None, **what):
    auth = aiohttp.BasicAuth(double.account_sid, token or double.auth_token)
    async with aiohttp.ClientSession(auth=auth) as session, session.post(double.url + path, **what) as answer:
        return answer.status, await answer.json()


def content(kind="twilio/quick-reply", **change):
    rows = [{"type": "QUICK_REPLY", "title": "Yes", "id": "y"}]
    what = {"body": "Text", "actions": rows} | change
    if kind == "twilio/list-picker":
        what = {"body": "Text", "button": "Open", "items": [{"item": "Yes", "id": "y"}]} | change
    return {"friendly_name": "n", "language": "en", "types": {kind: what}}


def rows(count, length=5, key="title"):
    return [{"type": "QUICK_REPLY", key: f"{n:0{length}}", "id": str(n)} for n in range(count)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"Body": "x" * 1600}, None),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": "😀" * 801}, 21617),
        ({"Body": " "}, 21602),
        ({"Body": "", "ContentSid": "HX1"}, 21655),
        ({"To": "+32470000001"}, 21211),
        ({"From": "whatsapp:+1"}, 21606),
    ],
)
async def test_messages_have_twilios_limits(double, change, code):
    form = {"To": CONTACT, "From": double.sender, "Body": "Hi"} | change
    status, body = await post(double, f"/2010-04-01/Accounts/{double.account_sid}/Messages.json", data=form)
    assert (status, body.get("code")) == ((400, code) if code else (201, None))


@pytest.mark.parametrize(
    "asked",
    [
        content(actions=rows(4)),
        content(actions=rows(0)),
        content(actions=rows(1, 21)),
        content(actions=[*rows(1), *rows(1)]),
        content(body="x" * 1025),
        content("twilio/list-picker", items=rows(11, key="item")),
        content("twilio/list-picker", items=rows(1, 25, key="item")),
        content("twilio/list-picker", button=""),
        content("twilio/other"),
        content() | {"language": "fa_AF"},
        [],
    ],
)
async def test_contents_have_twilios_limits(double, asked):
    assert (await post(double, "/v1/Content", json=asked))[0] == 400
    assert not double.contents


async def test_a_content_within_the_limits_is_taken(double):
    for asked in (content(actions=rows(3, 20)), content("twilio/list-picker", items=rows(10, 24, key="item"))):
        assert (await post(double, "/v1/Content", json=asked))[0] == 201
    assert (await post(double, "/v1/Content", data=b"{}"))[0] == 400


async def test_a_wrong_token_is_refused(double):
    for path in (
        f"/2010-04-01/Accounts/{double.account_sid}/Messages.json",
        "/v1/Content",
        "/v2/Indicators/Typing.json",
    ):
        assert (await post(double, path, token="wrong"))[0] == 401


async def test_two_doubles_run_beside_each_other():
    async with TwilioDouble() as one, TwilioDouble() as two:
        assert one.url != two.url
