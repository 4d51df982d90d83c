"""``ucare audit`` over a real store."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.bootstrap.audit import open_audit
from bot.cli import main
from bot.config import load
from bot.store.client import Client
from bot.store.keys import AUDIT_CHAIN

pytestmark = pytest.mark.redis


@pytest.fixture
def chained(server, tmp_path, monkeypatch):
    """Some entries in an empty store, and the settings that lead there."""
    for name, value in {"REDIS_URL": server.url, "UCARE_DATA_DIR": str(tmp_path), "PARTITIONS": "4"}.items():
        monkeypatch.setenv(name, value)

    async def fill():
        client = Client(server.url)
        await client.do("FLUSHALL")
        await client.close()
        async with open_audit(load()) as audit:
            for n in range(4):
                await audit.note("anna", "read", "abcdefghijklmnopqrst-18f", str(n))
            await audit.note("ben", "sign_in")
            await audit.chainer.catch_up()

    asyncio.run(fill())
    return server


def redis(server, *command):
    async def act():
        client = Client(server.url)
        answer = await client.do(*command)
        await client.close()
        return answer

    return asyncio.run(act())


def test_list_and_verify(chained, capsys):
    assert main(["audit", "list", "--by", "anna", "--limit", "2", "--what", "abcdefghijklmnopqrst-18f"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["3", "2"]
    assert "abcdefghijklmnopqrst" not in lines[0]
    assert main(["audit", "list", "--until", "2020-01-01"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["audit", "verify"]) == 0
    out = capsys.readouterr().out
    assert "whole: 7 entries, 1 to 7" in out  # that somebody looked is among them
    assert main(["audit", "list", "--since", "soon"]) == 1
    assert "is no date" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_export_and_check_the_file_and_what_became_of_the_chain(chained, capsys, tmp_path, form):
    assert main(["audit", "export", "--format", form]) == 0
    data = capsys.readouterr().out
    assert "export_audit" in data
    file = tmp_path / f"audit.{form}"
    file.write_bytes(data.encode())
    assert main(["audit", "verify", str(file)]) == 0
    assert "6 entries" in capsys.readouterr().out
    file.write_bytes(data.encode().replace(b"sign_in", b"sign_up"))
    assert main(["audit", "verify", str(file)]) == 1
    assert "BROKEN: entry 5 is not what was chained" in capsys.readouterr().err
    assert main(["audit", "verify", str(tmp_path / "nothing")]) == 1
    file.write_bytes(data.encode())
    (last, _), *_ = redis(chained, "XREVRANGE", AUDIT_CHAIN, "+", "-", "COUNT", 1)
    redis(chained, "XDEL", AUDIT_CHAIN, last)
    capsys.readouterr()
    assert main(["audit", "verify", str(file)]) == 1
    assert "does not hold entry 6 any more" in capsys.readouterr().err


def test_a_broken_chain_is_said_and_begun_anew(chained, capsys):
    (first, fields), *_ = redis(chained, "XRANGE", AUDIT_CHAIN, "-", "+")
    assert json.loads(dict(fields)[b"e"] if isinstance(fields, dict) else fields[1])["by"] == "anna"
    assert main(["audit", "restart"]) == 0
    assert "Nothing was changed" in capsys.readouterr().out
    redis(chained, "XDEL", AUDIT_CHAIN, first)
    assert main(["audit", "verify"]) == 1
    assert "The audit is BROKEN: the front is missing" in capsys.readouterr().err
    assert main(["audit", "restart"]) == 0
    assert "begun anew" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 0
