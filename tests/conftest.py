from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write tests/golden/ anew from what happens now")


@pytest.fixture(scope="module")
def chromium():
    """A browser, shared by the tests of a module."""
    from tests.browsing import launched

    with launched() as browser:
        yield browser
