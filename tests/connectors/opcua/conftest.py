"""One server for the tests that leave it as it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.connectors.opcua.server import Running, Setup


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    """The library logs on both sides; what matters is asserted."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    server = Running(Setup(count_every_s=0.1, history="memory"))
    yield server
    assert server.plant.writes == [], "a client wrote to the server"
    server.stop()
