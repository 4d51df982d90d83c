"""What the documents say exists: commands, settings, links, pictures, decisions."""

from __future__ import annotations

import argparse
import re
from urllib.parse import unquote

import pytest

from bot.cli import parser
from bot.config import ROOT, Settings
from bot.dev import architecture

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:`|^ *|exec \w+ )(\.?/?)ucare ([a-z0-9][^`\n]*)", re.MULTILINE)
ROOT_ONLY = {"test", "check", "bench", "setup", "lock"}
DECISION = ("Status", "Context", "Decision", "Consequences")
MOST_BYTES = 150_000


def below(one):
    """The commands below a parser, by name."""
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def unknown(command):
    """The first word of a command line that the parser does not know; empty where all is well."""
    one = parser()
    for raw in re.split(r"\s+", command.strip()):
        word = raw.strip(".,:;)'\"")
        if "|" in raw and below(one):
            return next((each for each in word.split("|") if each not in below(one)), "")
        if below(one):
            if word not in below(one):
                return word
            one = below(one)[word]
        elif word.startswith("--") and word.partition("=")[0] not in one._option_string_actions:
            return word
        elif word.startswith(("(", "#", "…")) or not word:
            return ""
    return ""


def test_unknown_commands_and_options_would_be_found():
    assert unknown("flows check --release") == ""
    assert unknown("flows chekc") == "chekc"
    assert unknown("flows check --realease") == "--realease"
    assert unknown("nlu train|test|guess") == "guess"
    assert COMMAND.findall("`ucare run` and\n  ucare flows list   all") == [("", "run"), ("", "flows list   all")]


def test_commands_exist(page):
    for script, command in COMMAND.findall(page.read_text(encoding="utf-8")):
        line = re.split(r" {2,}", command)[0]
        if script and line.split()[0] in ROOT_ONLY:
            continue
        assert unknown(line) == "", line


def test_commands_of_the_script_exist(all_pages):
    script = (ROOT / "ucare").read_text(encoding="utf-8")
    known = {*ROOT_ONLY, *below(parser())}
    for page in all_pages:
        for word in re.findall(r"\./ucare ([a-z0-9]+)", page.read_text(encoding="utf-8")):
            assert word in known, f"{page.name}: ./ucare {word}"
    assert all(f'"{word}"' in script for word in ROOT_ONLY)


def rows():
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8").partition("## All settings")[2]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", text, re.MULTILINE))


def test_every_setting_and_nothing_else_is_described():
    assert set(rows()) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_defaults_are_as_described(name):
    default = Settings.model_fields[name].default
    said = rows()[name.upper()]
    if default == "":
        assert said == "empty"
    elif hasattr(default, "relative_to"):
        assert said == f"`{default.relative_to(ROOT)}` in the project's folder"
    else:
        assert said == f"`{default}`"


def slug(heading):
    """The anchor that a heading gets on the pages of a code host."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower())
    return kept.replace(" ", "-")


def test_links_resolve(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target


def test_every_picture_is_small_and_shown(all_pages):
    shown = "\n".join(page.read_text(encoding="utf-8") for page in all_pages)
    for picture in (path for path in (ROOT / "docs" / "pictures").rglob("*") if path.is_file()):
        assert f"{picture.relative_to(ROOT / 'docs')})" in shown, picture.name
        assert picture.stat().st_size <= MOST_BYTES, picture.name


def test_pictures_say_what_they_show(page):
    for words in re.findall(r"!\[([^\]]*)\]\(", page.read_text(encoding="utf-8")):
        assert len(words) > 20, words


def test_decisions_have_all_parts():
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in found] == list(range(1, len(found) + 1))
    for path in found:
        text = path.read_text(encoding="utf-8")
        places = [text.find(f"**{part}") for part in DECISION]
        assert -1 not in places, f"{path.name} has no {DECISION[places.index(-1)]}"
        assert places == sorted(places), path.name
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name


def test_the_picture_of_the_architecture_is_fresh():
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.draw(), (
        "draw it again: python -m bot.dev.architecture"
    )


def test_the_picture_of_the_architecture_shows_what_the_code_imports():
    assert ("bootstrap", "turns") in architecture.imports({"bootstrap", "turns", "core"})
    assert not [edge for edge in architecture.imports({"core", "ports", "store"}) if edge[0] == "core"]
    picture = architecture.PICTURE.read_text(encoding="utf-8")
    assert all(f">{name}</text>" in picture for row in architecture.layers() for name in row)


def test_retention_in_the_page_on_data_protection_is_the_default():
    text = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
    for name, unit in re.findall(r"\| (\d+ (?:hours|days)) \| `(KEEP_\w+)` \|", text):
        assert name == f"{Settings.model_fields[unit.lower()].default} {name.split()[1]}"
    assert len(re.findall(r"`KEEP_\w+`", text)) == len([n for n in Settings.model_fields if n.startswith("keep_")])


def test_due_times_in_the_page_on_the_console_are_those_of_the_code():
    from bot.core.escalation import ANNOUNCE, DUE, MINUTE

    units = {"minutes": 1, "hours": 60}
    text = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
    found = re.findall(r"\| \*\*(T\d)\*\*[^|]* \|.*\| (\d+) (\w+) \| (\d+) (\w+) \|", text)
    assert [row[0] for row in found] == list(DUE)
    for level, due, unit, again, other in found:
        assert int(due) * units[unit] * MINUTE == DUE[level]
        assert int(again) * units[other] * MINUTE == ANNOUNCE[level]


def test_metrics_that_are_named_exist(all_pages):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("metrics.py"))
    for page in all_pages:
        for name in re.findall(r"`(ucare_[a-z_]+)", page.read_text(encoding="utf-8")):
            assert f'"{name.removesuffix("_total")}"' in code, name
