"""Where texts of children may go, and where not."""

from __future__ import annotations

import socket

import pytest

from bot.errors import SettingError, UnavailableError
from bot.translation.client import LibreTranslate
from bot.translation.places import place_of, private
from tests.translation.double import LibreTranslateDouble


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://translate.example.org", "https://translate.example.org:443"),
        ("https://translate.example.org:8443/api/", "https://translate.example.org:8443/api"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[::1]:5000/", "http://[::1]:5000"),
        ("http://192.168.1.7", "http://192.168.1.7:80"),
        ("http://libretranslate:5000", "http://libretranslate:5000"),
    ],
)
def test_good_addresses(url, called):
    assert place_of(url).url() == called


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("translate.example.org", "must be an address"),
        ("ftp://10.0.0.1", "must be an address"),
        ("http://", "must be an address"),
        ("http://10.0.0.1:port", "must be an address"),
        ("https://translate.example.org?key=1", "must be an address"),
        ("https://me:secret@translate.example.org", "no name and no password"),
        ("http://8.8.8.8:5000", "https://"),
        ("http://[2001:4860:4860::8888]", "https://"),
    ],
)
def test_bad_addresses_are_told_at_the_start_without_their_secret(url, why):
    with pytest.raises(SettingError, match=why) as told:
        place_of(url)
    assert "secret" not in str(told.value).replace("no password", "")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True), ("10.1.2.3", True), ("fd00::1", True), ("fe80::1%eth0", True), ("::ffff:10.0.0.1", True),
        ("0.0.0.0", False), ("8.8.8.8", False), ("::ffff:8.8.8.8", False), ("localhost", False), ("", False),
    ],
)  # fmt: skip
def test_private_addresses(address, own):
    assert private(address) is own


def answers(monkeypatch, *addresses):
    def found(host, port, **_):
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_args, **_more: found(host, port))


async def test_a_name_in_the_clear_is_called_only_where_it_leads_into_the_own_network(monkeypatch):
    place = place_of("http://libretranslate:5000/api")
    answers(monkeypatch, "fd00::7", "10.0.0.7")
    assert await place.found() == "http://10.0.0.7:5000/api"
    answers(monkeypatch, "10.0.0.7", "93.184.216.34")
    with pytest.raises(UnavailableError, match="public"):
        await place.found()
    answers(monkeypatch)
    with pytest.raises(UnavailableError):
        await place.found()


async def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch):
    async with LibreTranslateDouble() as double:
        client = LibreTranslate(place_of(f"http://libretranslate:{double.port}"))
        answers(monkeypatch, "127.0.0.1")
        assert await client.translate("Hello", "en", "ar") == "olleH"
        assert set(double.hosts) == {f"libretranslate:{double.port}"}
        answers(monkeypatch, "93.184.216.34")
        with pytest.raises(UnavailableError):
            await client.translate("somebody follows me", "en", "ar")
        assert [one["q"] for one in double.asked] == ["Hello"]
        await client.close()
