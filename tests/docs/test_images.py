"""The files by which the assistant is run for real: checked as far as that goes without an engine for containers."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.cli import parser
from bot.config import ROOT, Settings

COMPOSE = ROOT / "docker-compose.yml"
FILES = [ROOT / "Dockerfile", ROOT / "nlu" / "Dockerfile"]
NOT_OURS = {"NLU_TOKEN"}
"""Read by the language server as well."""


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]


@pytest.mark.slow
def test_compose_file_follows_the_schema():
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [tool, "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_of_the_services_exist(services):
    for name, service in services.items():
        if service.get("image") == "ucare-bot":
            assert parser().parse_args(service["command"]).command == name
            test = service["healthcheck"]["test"]
            assert test[:2] == ["CMD", "ucare"]
            assert parser().parse_args(test[2:]).command == "health"


def test_each_health_check_asks_the_port_its_service_listens_on(services):
    ports = {"console": Settings.model_fields["console_port"].default}
    for name, service in services.items():
        if service.get("image") == "ucare-bot":
            args = parser().parse_args(service["healthcheck"]["test"][2:])
            assert (args.port or Settings.model_fields["port"].default) == ports.get(name, 8080)


def test_settings_of_the_services_exist(services):
    known = {name.upper() for name in Settings.model_fields}
    for service in services.values():
        assert set(service.get("environment", {})) <= known | NOT_OURS


def test_no_secret_and_no_open_port(services):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("TOKEN|SECRET|KEY|PASSWORD", name):
                assert value.startswith("${"), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_only_those_who_need_it_reach_the_world_or_the_language_server(services):
    assert services["nlu"]["networks"] == ["inside"]
    assert services["worker"]["networks"] == ["inside"]
    assert services["redis"]["networks"] == ["inside"]
    assert yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["networks"]["inside"] == {"internal": True}


def test_the_store_keeps_what_it_acknowledges(services):
    command = services["redis"]["command"]
    for name, value in (("--appendonly", "yes"), ("--appendfsync", "always"), ("--maxmemory-policy", "noeviction")):
        assert command[command.index(name) + 1] == value


def instructions(file):
    text = re.sub(r"\\\n", " ", file.read_text(encoding="utf-8"))
    return [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_is_copied_exists_and_is_not_left_out(file):
    left = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in left if line.startswith("!")}
    for name, rest in instructions(file):
        if name == "COPY" and not rest.startswith("--from"):
            for source in shlex.split(rest)[:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in let_in, source


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_images_run_as_an_ordinary_user_from_hashed_packages(file):
    names = [name for name, _ in instructions(file)]
    last = len(names) - names[::-1].index("FROM")
    assert "USER" in names[last:]
    assert all(
        "--require-hashes" in rest or "--no-deps" in rest for _, rest in instructions(file) if "pip install" in rest
    )


def test_settings_of_the_image_exist():
    found = re.findall(r"\b([A-Z_]+)=/", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert {"UCARE_DATA_DIR", "FLOWS_DIR", "LOCALES_DIR"} == set(found) - {"PATH"}
    assert {name.lower() for name in found if name != "PATH"} <= set(Settings.model_fields)


def test_the_language_server_wants_a_token_and_shows_it_to_nobody():
    text = (ROOT / "nlu" / "Dockerfile").read_text(encoding="utf-8")
    assert "TOKEN" not in text
    assert '"nlu.serve"' in text
    command = [sys.executable, "-m", "nlu.serve", "model", "5005"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={"NLU_TOKEN": "short"}, timeout=30
    )
    assert done.returncode == 1
    assert "NLU_TOKEN" in done.stderr
