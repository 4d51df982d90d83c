"""What contacts send beside text on Telegram: what is kept of it, and fetching it when somebody asks."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from bot.channels import download
from bot.channels.telegram import transport
from bot.channels.telegram.fetching import TelegramMedia
from bot.channels.telegram.media import medium_of
from bot.channels.telegram.payloads import parse
from bot.core.events import Medium
from bot.errors import SendError
from bot.ports.channels import MAX_MEDIUM
from tests.channels.doubles.telegram import TelegramDouble

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def source(double):
    return TelegramMedia(double.token, api_url=double.url)


def medium(name):
    fixture = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return parse(fixture["update"], now=fixture["now"]).incoming.event.medium


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("picture", Medium("AgACAgIAAxkBAAMg", "image/jpeg", 153_211)),  # the largest of its sizes
        ("voice", Medium("AwACAgIAAxkBAAMk", "audio/ogg", 28_711, 7)),
        ("document", Medium("BQACAgIAAxkBAAMh", "application/pdf", 48_211)),
        ("sticker", Medium("CAACAgIAAxkBAAMn", "image/webp")),
        ("text", None),
        ("location", None),
        ("contact", None),
    ],
)
def test_what_is_kept_of_a_medium_is_where_it_is_and_no_name(name, kept):
    assert medium(name) == kept


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"photo": []},
        {"photo": ["odd"]},
        {"voice": {"file_id": 7}},
        {"voice": {"file_id": "../../etc/passwd"}},
        {"voice": {"file_id": ""}},
        {"voice": "odd"},
        {"sticker": {"file_id": "a", "is_video": True}},
    ],
)
def test_odd_media_are_none(message):
    assert medium_of(message) is None


def test_odd_numbers_and_types_are_left_out():
    odd = {"file_id": "a", "mime_type": "text/html; <b>", "file_size": -1, "duration": True}
    assert medium_of({"voice": odd}) == Medium("a")
    still = {"file_id": "b", "is_animated": True, "thumbnail": {"file_id": "c", "file_size": 5}}
    assert medium_of({"sticker": still}) == Medium("c", "image/webp", 5)


async def test_a_file_is_fetched_as_it_lies_there(double, source):
    double.files["AgAC/photo_1.jpg"] = b"picture"
    assert await source.fetch(Medium("AgAC")) == b"picture"
    assert double.called("getFile") == [{"file_id": "AgAC"}]
    await source.looked_at(Medium("AgAC"))
    assert list(double.files) == ["AgAC/photo_1.jpg"]  # the Bot API cannot delete it


async def refusal(source, found) -> tuple[str, bool]:
    with pytest.raises(SendError) as told:
        await source.fetch(found)
    assert told.value.__cause__ is None
    return told.value.code, told.value.retryable


async def test_what_cannot_be_had_is_said_with_whether_to_try_again(double, source):
    assert await refusal(source, Medium("gone")) == ("gone", False)
    assert await refusal(source, Medium("large", size=MAX_MEDIUM + 1)) == ("too_large", False)
    assert len(double.calls) == 1  # the second was not asked for
    double.files["lies/a.jpg"] = b"x" * (MAX_MEDIUM + 1)
    assert await refusal(source, Medium("lies")) == ("too_large", False)
    double.files["disk//var/lib/file.jpg"] = b"x"
    assert await refusal(source, Medium("disk//var/lib")) == ("gone", False)
    double.files["ok/a.jpg"] = b"x"
    fault = double.fail(method="file", status=502)
    assert await refusal(source, Medium("ok")) == ("service_failed", True)
    fault.status = 404
    assert await refusal(source, Medium("ok")) == ("gone", False)
    double.faults.clear()
    double.fail(method="getFile", status=429, description="Too Many Requests", retry_after=3)
    assert await refusal(source, Medium("ok")) == ("retry_after", True)


async def test_nobody_there_and_a_wrong_token(double):
    assert (await refusal(TelegramMedia(double.token, api_url="http://127.0.0.1:1"), Medium("a")))[1] is True
    assert (await refusal(TelegramMedia("1:wrong", api_url=double.url), Medium("a"))) == ("token_refused", False)


async def test_a_slow_service_is_not_waited_for_and_nothing_of_it_is_logged(double, source, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(transport, "TIMEOUT_S", 0.1)
    double.files["slow/a.jpg"] = b"x"
    double.fail(method="file", delay_s=3)
    assert await refusal(source, Medium("slow")) == ("timeout", True)
    assert double.token not in caplog.text
    assert double.token not in repr(source)
    assert download.TIMEOUT_S == 30


async def test_the_double_is_strict():
    async with TelegramDouble() as double:
        double.files["a/b"] = b"x"
        assert await TelegramMedia(double.token, api_url=double.url).fetch(Medium("a")) == b"x"
