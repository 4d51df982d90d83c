from __future__ import annotations

import pytest

from tests.nlu.fixtures import nlu_service, nlu_settings

__all__ = ["nlu_service", "nlu_settings"]


@pytest.fixture(scope="session")
def nlu_address(nlu_service):
    """Where the real NLU server of this session answers."""
    address = nlu_service.address()
    assert address is not None
    return address
