from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from bot.config import ROOT
from bot.i18n import catalogs
from bot.i18n.commands import main
from bot.i18n.state import keys

FLOW = """flows:
  greet.any:
    title: Hello
    topic: greet
    audience: carer
    steps:
      - id: hello
        say: {text: "Hello, how are you?", source: none}
        overlay:
          BE: {text: "Hello, Belgium.", source: none}
      - id: more
        text: "What do you want?"
        choose:
          - {id: menu, label: Menu, next: end}
      - id: end
        ask: {text: "How old are you?", again: "A number, please.", slot: age, type: number}
"""


CODE = """AWAY = "Nobody is there."
KEY = "not.a sentence"
def f(_):
    msg = "Say why."
    _("By call")
"""


@pytest.fixture
def project(tmp_path):
    """A small project with the mappings of the real one."""
    for name in ("bot.cfg", "console.cfg"):
        (tmp_path / "locales").mkdir(exist_ok=True)
        shutil.copy(ROOT / "locales" / name, tmp_path / "locales" / name)
    files = {
        "flows/a.yml": FLOW,
        "flows/phrases.yml": 'phrases:\n  greeting.hello: {text: "I am a person."}\n',
        "flows/contacts.yml": "contacts: {}\n",
        "bot/web/templates/chat.html": "<p>{{ _('Write here') }}</p>",
        "bot/console/templates/queue.html": "{% if x %}{{ _('Queue') }}{% endif %}",
        "bot/console/verbs.py": CODE,
        "nlu/topics.yml": "rights:\n  foster_care: living with a family\n",
        "var/x/flows/b.yml": FLOW,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(project, command, *arguments):
    return main(["i18n", command, "--root", str(project), "--locales", str(project / "locales"), *arguments])


def pot(project, domain):
    return catalogs.parse(project / "locales" / f"{domain}.pot", domain)


def test_extract_finds_flows_phrases_pages_code_and_topics(project):
    assert run(project, "extract") == 0
    assert sorted(keys(pot(project, "bot"))) == [
        ("greet.any", "Hello"),
        ("greet.any/end", "A number, please."),
        ("greet.any/end", "How old are you?"),
        ("greet.any/hello", "Hello, how are you?"),
        ("greet.any/hello@BE", "Hello, Belgium."),
        ("greet.any/more", "Menu"),
        ("greet.any/more", "What do you want?"),
        ("phrase/greeting.hello", "I am a person."),
    ]
    assert sorted(msgid for _, msgid in keys(pot(project, "console"))) == [
        "By call", "Nobody is there.", "Queue", "Say why.", "Write here", "foster care",
    ]  # fmt: skip
    label = pot(project, "bot").get("Menu", "greet.any/more")
    assert label.auto_comments == ["Button: at most 20 characters.", "For carers."]


def test_extracting_again_changes_nothing(project):
    run(project, "extract")
    before = (project / "locales" / "bot.pot").read_bytes()
    run(project, "extract")
    assert (project / "locales" / "bot.pot").read_bytes() == before


def test_pybabel_finds_the_same_by_the_same_mapping(project):
    run(project, "extract")
    target = project / "by-hand.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "locales/bot.cfg",
        "-o",
        str(target),
        ".",
    ]
    subprocess.run(command, cwd=project, check=True, env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert set(keys(pot(project, "bot"))) <= set(keys(catalogs.parse(target, "by-hand")))


def test_update_begins_a_locale_and_report_tells_its_state(project, capsys):
    assert run(project, "update", "--new", "fa_AF") == 0
    path = catalogs.path_of(project / "locales", "fa_AF", "bot")
    text = path.read_text(encoding="utf-8")
    assert '"Language: fa_AF\\n"' in text
    assert '"X-Review: draft\\n"' in text
    path.write_text(text.replace('msgid "Menu"\nmsgstr ""', 'msgid "Menu"\nmsgstr "x"'), encoding="utf-8")
    capsys.readouterr()
    assert run(project, "report", "--texts") == 0
    assert run(project, "report", "--whole") == 1
    told = capsys.readouterr().out
    assert "fa_AF    bot      1 of 8, 7 missing, 0 fuzzy, 0 stale; draft" in told
    assert "missing  greet.any/hello: Hello, how are you?" in told


def test_stale_texts_are_reported_and_put_aside_by_update(project, capsys):
    run(project, "update", "--new", "nl")
    path = catalogs.path_of(project / "locales", "nl", "bot")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "Menu"\nmsgstr ""', 'msgid "Menu"\nmsgstr "Kaart"'), encoding="utf-8")
    flow = project / "flows" / "a.yml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("label: Menu", "label: Xyzzy"), encoding="utf-8")
    capsys.readouterr()
    run(project, "report")
    assert "1 stale" in capsys.readouterr().out
    run(project, "update")
    assert '#~ msgid "Menu"\n#~ msgstr "Kaart"' in path.read_text(encoding="utf-8")
    assert "0 stale" in (run(project, "report"), capsys.readouterr().out)[1]


def test_compile_writes_what_gettext_reads(project, tmp_path):
    import gettext

    run(project, "update", "--new", "nl")
    path = catalogs.path_of(project / "locales", "nl", "bot")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "Menu"\nmsgstr ""', 'msgid "Menu"\nmsgstr "Kaart"'), encoding="utf-8")
    assert run(project, "compile", "--into", str(tmp_path / "out")) == 0
    found = gettext.translation("bot", tmp_path / "out", ["nl"])
    assert found.pgettext("greet.any/more", "Menu") == "Kaart"


def test_bad_files_are_told_and_no_traceback(project, capsys):
    run(project, "update", "--new", "nl")
    assert run(project, "update", "--new", "klingon") == 1
    assert "There is no locale 'klingon'" in capsys.readouterr().out
    catalogs.path_of(project / "locales", "nl", "bot").write_bytes(b"\xff")
    for command in ("report", "compile", "update"):
        assert run(project, command) == 1
        assert "is not UTF-8" in capsys.readouterr().out
    (project / "flows" / "a.yml").write_text("flows: [", encoding="utf-8")
    assert run(project, "extract") == 1
    assert "a.yml:1:" in capsys.readouterr().out
