from __future__ import annotations

import shutil

import pytest

from tests.flowfiles.good import make


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("good"))


@pytest.fixture
def good(made, tmp_path):
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)
