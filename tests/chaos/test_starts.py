"""What is wrong at the start is one clear line and exit code 1, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import base64
import shutil
import sys

import pytest

from bot.config import ROOT
from tests.e2e.installation import Installation

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.redis]


async def fails(installation: Installation, *command: str, **settings: str) -> str:
    """Run a command that must end by itself with exit code 1; return the one line that it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *command, cwd=ROOT, env=installation.environment("") | settings,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(90):
            out, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 1, said.decode()
    assert out == b""
    lines = [line for line in said.decode().splitlines() if line.startswith("ucare: ")]
    assert len(lines) == 1, said.decode()
    assert "Traceback" not in said.decode()
    return said.decode()


@pytest.fixture
async def installation(tmp_path):
    async with Installation(tmp_path / "ucare") as made:
        yield made


@pytest.mark.parametrize("role", ["gateway", "worker", "sender", "console"])
async def test_each_role_alone_names_what_is_missing(installation, role):
    assert "REDIS_URL" in await fails(installation, role, REDIS_URL="")


async def test_a_channel_names_all_that_it_misses(installation):
    said = await fails(installation, "gateway", TWILIO_ACCOUNT_SID="AC1")
    assert all(name in said for name in ("TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM", "PUBLIC_URL"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("PARTITIONS", "0"), ("PORT", "many"), ("PUBLIC_URL", "http://ucare.example"), ("REDIS_URL", "mysql://x"),
     ("REDIS_URL", "redis://127.0.0.1:1"), ("DATA_KEY", "short")],
)  # fmt: skip
async def test_a_wrong_setting_is_named(installation, name, value):
    said = await fails(installation, "gateway", **{name: value})
    assert name in said
    assert value not in said or name == "PUBLIC_URL"


async def test_another_data_key_or_count_changes_nothing(installation):
    key, other = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    installation.settings["DATA_KEY"] = key
    await installation.start("console")
    noor = await installation.caseworker("noor")
    await installation.stop("console")
    assert "DATA_KEY" in await fails(installation, "console", DATA_KEY=other)
    assert "DATA_KEY" in await fails(installation, "console", DATA_KEY="")
    assert "PARTITIONS" in await fails(installation, "console", PARTITIONS="9")
    await installation.start("console")
    assert (await noor.client.get("/console/queue")).status_code == 200


async def test_a_bad_flow_file_and_a_bad_catalog(installation, tmp_path):
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    flow = tmp_path / "flows" / "child" / "school.yml"
    whole = flow.read_text()
    flow.write_text(whole + "\n  broken: [\n")
    assert "school.yml" in await fails(installation, "worker", FLOWS_DIR=str(tmp_path / "flows"))
    flow.write_text(whole.replace("next:", "nxt:", 1))
    assert "school.yml" in await fails(installation, "worker", FLOWS_DIR=str(tmp_path / "flows"))
    catalog = tmp_path / "locales" / "nl" / "LC_MESSAGES" / "bot.po"
    catalog.write_bytes(catalog.read_bytes() + b'\nmsgid "x\nmsgstr \xff\n')
    assert "bot.po" in await fails(installation, "worker", LOCALES_DIR=str(tmp_path / "locales"))
