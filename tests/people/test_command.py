"""``ucare caseworker`` over a real store."""

from __future__ import annotations

import asyncio

import pytest

from bot.bootstrap.accounts import open_accounts
from bot.bootstrap.audit import open_audit
from bot.cli import main
from bot.config import load
from bot.store.client import Client
from tests.people.house import PASSWORD

pytestmark = pytest.mark.redis


@pytest.fixture
def empty(server, tmp_path, monkeypatch):
    """Settings that lead to an empty store; logs stay as they are, for the tests after this one."""
    monkeypatch.setattr("bot.logs.configure", lambda *_, **__: None)
    for name, value in {"REDIS_URL": server.url, "UCARE_DATA_DIR": str(tmp_path), "PARTITIONS": "4"}.items():
        monkeypatch.setenv(name, value)

    async def flush():
        client = Client(server.url)
        await client.do("FLUSHALL")
        await client.close()

    asyncio.run(flush())


def accounts(act):
    async def run():
        async with open_accounts(load()) as found:
            return await act(found)

    return asyncio.run(run())


def command(capsys, *words):
    """Run a command; return its exit code, and what it wrote."""
    code = main(["caseworker", *words])
    said = capsys.readouterr()
    return code, said.out.strip(), said.err


def token(out):
    return out.rpartition("/console/welcome/")[2]


def test_the_first_runs_everything_and_others_do_not(empty, capsys):
    code, out, err = command(capsys, "add", "ada")
    assert (code, "http://127.0.0.1:8081/console/welcome/" in out) == (0, True)
    assert "administrator" in err
    assert command(capsys, "add", "noor")[0] == 0
    assert command(capsys, "list")[1].splitlines() == [
        "ada\tinvited\tcaseworker,lead,coordinator,auditor,administrator",
        "noor\tinvited\tcaseworker",
    ]


def test_scope_is_given_and_kept(empty, capsys):
    command(capsys, "add", "ada")
    scope = ["--roles", "lead, caseworker", "--countries", "be,GR", "--teams", "lesvos", "--languages", "nl, fr"]
    first = token(command(capsys, "add", "Noor", *scope)[1])
    viewer = accounts(lambda all_: all_.book.get("noor"))
    assert (viewer.roles, viewer.countries, viewer.teams) == (("lead", "caseworker"), ("BE", "GR"), ("lesvos",))
    assert viewer.languages == ("nl", "fr")
    second = token(command(capsys, "add", "noor", "--languages", "de")[1])  # a new link; the rest stays
    viewer = accounts(lambda all_: all_.book.get("noor"))
    assert (viewer.roles, viewer.languages) == (("lead", "caseworker"), ("de",))
    assert accounts(lambda all_: all_.invited(first)) == ""
    assert accounts(lambda all_: all_.invited(second)) == "noor"


def test_a_new_link_voids_the_password_and_disabling_everything(empty, capsys):
    link = token(command(capsys, "add", "noor")[1])
    accounts(lambda all_: all_.choose_password(link, PASSWORD))
    session = accounts(lambda all_: all_.begin("noor"))
    assert accounts(lambda all_: all_.session(session)).name == "noor"
    assert command(capsys, "disable", "noor")[:2] == (0, "noor is shut out.")
    assert accounts(lambda all_: all_.session(session)) is None
    assert not accounts(lambda all_: all_.verify("noor", PASSWORD))
    assert command(capsys, "list")[1].split("\t")[:2] == ["noor", "disabled"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "noor", "--roles", "queen"], "Roles are"),
        (["add", "noor", "--roles", ""], "Roles are"),
        (["add", "No or"], "A name is"),
        (["disable", "nobody"], "no such person"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(empty, capsys, words, said):
    code, out, err = command(capsys, *words)
    assert (code, out) == (1, "")
    assert said in err
    assert command(capsys, "list")[1] == ""


def test_the_audit_says_who_did_it(empty, capsys):
    command(capsys, "add", "noor")
    command(capsys, "disable", "noor")

    async def noted():
        async with open_audit(load()) as audit:
            return [(one.by, one.verb, one.what) for one in await audit.find()]

    found = [one for one in asyncio.run(noted()) if one[2] == "noor"]
    assert found == [("@command-line", "disabled", "noor"), ("@command-line", "invited", "noor")]
