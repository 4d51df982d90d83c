from __future__ import annotations

import pytest

from bot.config import ROOT


def pages():
    """All Markdown pages of the project that people read, but not the glossaries of translators."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "nlu").rglob("*.md")]
    return sorted(page for page in found if "glossary" not in page.parts)


def pytest_generate_tests(metafunc):
    if "page" in metafunc.fixturenames:
        found = pages()
        metafunc.parametrize("page", found, ids=[page.relative_to(ROOT).as_posix() for page in found])


@pytest.fixture(scope="session")
def all_pages():
    return pages()
