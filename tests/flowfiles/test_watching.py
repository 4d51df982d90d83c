from __future__ import annotations

import asyncio
import os

import pytest

from bot.errors import FlowError
from bot.flowfiles import load as load_module
from bot.flowfiles.build import Shelf
from bot.flowfiles.load import load
from bot.flowfiles.watching import changes, differing, state
from bot.flowfiles.ways import sound


async def seen(folder, act):
    """Return what is told after an act."""
    watch = changes([folder], every_s=0.02)
    first = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0.1)
    act()
    found = await asyncio.wait_for(first, 10)
    await watch.aclose()
    return {path.name for path in found}


async def test_saved_new_and_removed_files_are_told_together(tmp_path):
    for name in ("old.yml", "kept.po", "gone.pot"):
        (tmp_path / name).write_text(name)

    def act():
        (tmp_path / "old.yml").write_text("other words")
        (tmp_path / "gone.pot").unlink()
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "new.yml").write_text("new")
        (tmp_path / "notes.txt").write_text("no flow")
        (tmp_path / ".old.yml").write_text("an editor's own")

    assert await seen(tmp_path, act) == {"old.yml", "gone.pot", "new.yml"}


async def test_editor_that_puts_a_new_file_in_place_is_seen(tmp_path):
    path = tmp_path / "flow.yml"
    path.write_text("one")
    about = path.stat()

    def act():
        (tmp_path / "new").write_text("two")
        os.utime(tmp_path / "new", ns=(about.st_atime_ns, about.st_mtime_ns))
        (tmp_path / "new").rename(path)

    assert await seen(tmp_path, act) == {"flow.yml"}


def test_folder_that_is_gone_is_empty(tmp_path):
    assert state([tmp_path / "gone"]) == {}
    (tmp_path / "a.yml").write_text("a")
    assert {path.name for path in differing({}, state([tmp_path]))} == {"a.yml"}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("next: then", "next: than", "guardian.child has no step 'than'"),
        ("link: closing", "link: closed", "there is no flow 'closed'"),
    ],
)
def test_way_that_leads_nowhere_is_not_taken_over(good, old, new, what):
    shelf = Shelf(good / "flows", good / "locales")
    kept, places = shelf.library, shelf.places
    path = good / "flows" / "child" / "guardian.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    line = next(n for n, one in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if new in one)
    error = shelf.reload()
    assert what in str(error)
    assert (error.file, abs(error.line - line) <= 1) == ("flows/child/guardian.yml", True)
    assert (shelf.library, shelf.places) == (kept, places)
    with pytest.raises(FlowError, match=what.replace("'", ".")):
        sound(load(good / "flows"))
    path.write_text(text, encoding="utf-8")
    assert shelf.reload() is None
    assert shelf.library is not kept


def test_only_files_that_changed_are_read_again(good, monkeypatch):
    shelf = Shelf(good / "flows", good / "locales")
    path = good / "flows" / "child" / "guardian.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("What now?", "And now?"), encoding="utf-8")
    asked = []
    real = load_module.load_file
    monkeypatch.setattr(load_module, "load_file", lambda path, *given: (asked.append(path), real(path, *given))[1])
    assert shelf.reload() is None
    assert asked == [path]
    assert shelf.library.flows["guardian.child"].steps["then"].text.text == "And now?"
    (good / "flows" / "child" / "school.yml").unlink()
    assert shelf.reload() is None
    assert "school.child" not in shelf.library.flows
