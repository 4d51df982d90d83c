from __future__ import annotations

import pytest

from bot.config import ROOT
from bot.exchange.dialects import DIALECTS
from bot.exchange.outgoing.export import export
from tests.exchange.making import job_of


@pytest.fixture(scope="session")
def real():
    """Everything that the assistant says, with all translations."""
    return job_of(ROOT, DIALECTS["rapidpro"])


@pytest.fixture(scope="session")
def exported(real):
    return export(real)
