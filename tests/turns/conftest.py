from __future__ import annotations

import pytest

from tests.turns.doubles import DoubleChannel, Meaning, PlainSealer, SetClock
from tests.turns.memory import MemoryPartitions, MemoryStore


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def sealer():
    return PlainSealer()


@pytest.fixture
def meaning():
    return Meaning()


@pytest.fixture
def channel():
    return DoubleChannel()


@pytest.fixture
def store(clock, sealer):
    return MemoryStore(clock, sealer)


@pytest.fixture
def partitions(store):
    return MemoryPartitions(store)
