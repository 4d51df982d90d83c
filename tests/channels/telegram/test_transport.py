from __future__ import annotations

import io

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.transport import AiohttpRequest
from tests.channels.doubles.telegram import TOKEN


@pytest.fixture
async def transport():
    opened = AiohttpRequest()
    await opened.initialize()
    yield opened
    await opened.shutdown()


@pytest.fixture
async def echo():
    """Answers what it got: fields, and the content of files."""

    async def answer(request: web.Request) -> web.Response:
        found = {
            name: value.file.read().decode() if isinstance(value, web.FileField) else value
            for name, value in (await request.post()).items()
        }
        return web.json_response({"ok": True, "result": {"kind": request.content_type, **found}})

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_the_librarys_own_bot_works_over_it(double, transport):
    async with Bot(TOKEN, base_url=f"{double.url}/bot", request=transport, get_updates_request=transport) as bot:
        assert bot.username == "double_bot"
        assert (await bot.send_message(1, "x")).text == "x"


async def test_fields_go_as_a_form_and_files_as_multipart(echo, transport):
    bot = Bot(TOKEN, base_url=f"{echo}/bot", request=transport, get_updates_request=transport)
    plain = await bot.do_api_request("plain_fields", {"text": "a b & ü=😀", "list": [1, "é"], "yes": True})
    assert plain["kind"] == "application/x-www-form-urlencoded"
    assert plain["text"] == "a b & ü=😀"
    assert plain["list"] == '[1, "\\u00e9"]'
    assert plain["yes"] == "true"
    file = InputFile(io.BytesIO(b"content of the file"), filename="a.txt")
    filled = await bot.do_api_request("with_file", {"text": "x", "document": file})
    assert filled["kind"] == "multipart/form-data"
    assert filled["text"] == "x"
    assert "content of the file" in filled.values()


async def test_connections_are_used_again(double, transport):
    for _ in range(5):
        await transport.do_request(f"{double.url}/bot{TOKEN}/getMe", "POST")
    [kept] = transport._session.connector._conns.values()
    assert len(kept) == 1


async def test_opening_and_closing_twice_is_harmless():
    transport = AiohttpRequest()
    await transport.shutdown()
    await transport.initialize()
    session = transport._session
    await transport.initialize()
    assert transport._session is session
    await transport.shutdown()
    await transport.shutdown()
    with pytest.raises(NetworkError):
        await transport.do_request("http://127.0.0.1:9/", "POST")


async def test_time_limits_of_a_call_hold(double, transport):
    double.fail(status=200, delay_s=2)
    with pytest.raises(TimedOut):
        await transport.do_request(f"{double.url}/bot{TOKEN}/getMe", "POST", read_timeout=0.05)


async def test_a_proxy_of_the_environment_is_used(transport, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NetworkError) as refused:
        await transport.do_request("http://bot-api.invalid/botTOKEN/getMe", "POST")
    assert refused.value.message == "ClientProxyConnectionError"


async def test_no_error_holds_the_address_of_the_call(transport):
    for url in ("http://127.0.0.1:9/botTOKEN/getMe", "nonsense://botTOKEN", "http://bad host/botTOKEN"):
        with pytest.raises(NetworkError) as refused:
            await transport.do_request(url, "POST")
        assert "TOKEN" not in str(refused.value)


async def test_a_redirect_is_not_followed_for_the_address_holds_the_token(double, transport):
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"location": f"{double.url}/bot{TOKEN}/getMe"})

    app = web.Application()
    app.router.add_post("/{path:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot{TOKEN}/getMe"
        status, _ = await transport.do_request(url, "POST")
    finally:
        await runner.cleanup()
    assert status == 307
    assert len(asked) == 1
    assert not double.calls
