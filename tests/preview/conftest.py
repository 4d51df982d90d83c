from __future__ import annotations

import asyncio
import shutil

import pytest

from bot.config import ROOT
from bot.flowfiles.build import Shelf
from bot.flowfiles.checks import check
from bot.i18n.pages import page_texts
from bot.preview.studio import Folders, Studio
from tests.flowfiles.good import make
from tests.turns.doubles import Meaning


class Reading(Meaning):
    """Means what it is told, and is ready when it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.up = asyncio.Event()
        self.up.set()

    async def loaded(self) -> None:
        await self.up.wait()

    def ready(self) -> bool:
        return self.up.is_set()


async def find(flows, locales):
    return tuple(check(flows, locales, topics=flows.parent / "topics.yml"))


def studio_of(root, reading, finder=find) -> Studio:
    folders = Folders(root / "flows", root / "locales")
    shelf = Shelf(folders.flows, folders.locales, pseudo=True)
    return Studio(shelf, folders, page_texts(folders.locales, pseudo=True), reading, finder)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("preview"))
    shutil.copy(ROOT / "locales" / "console.pot", root / "locales")
    return root


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made, tmp_path / "copy")


@pytest.fixture
def reading():
    return Reading()


@pytest.fixture
def studio(root, reading):
    return studio_of(root, reading)


@pytest.fixture
def edit(root):
    """Write another text into a file, as an author does."""

    def write(old: str, new: str, file: str = "child/guardian.yml"):
        path = root / "flows" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return frozenset({path})

    return write
