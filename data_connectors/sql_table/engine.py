"""Engines that can only read and do not wait for ever."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from data_connectors.errors import SourceUnavailable

#: Nobody waits longer for a connection, however long a statement may take.
_CONNECT_S = 10.0


def engine_of(url: sa.URL, timeout_s: float) -> sa.Engine:
    """Return an engine on `url` that keeps no connection open between readings.

    SQLite files are opened read-only (and so never created); PostgreSQL sessions are read-only and their statements
    limited to `timeout_s`. Other databases are only ever asked to SELECT; give them a role that can do no more.

    Raises
    ------
    SourceUnavailable
        If a SQLite file is not there.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, timeout_s)
    if url.get_backend_name() == "postgresql":
        limit = f"-c default_transaction_read_only=on -c statement_timeout={int(timeout_s * 1000)}"
        wait = max(2, int(min(timeout_s, _CONNECT_S)))
        return sa.create_engine(url, poolclass=NullPool, connect_args={"options": limit, "connect_timeout": wait})
    return sa.create_engine(url, poolclass=NullPool)


def _sqlite(url: sa.URL, timeout_s: float) -> sa.Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise SourceUnavailable(f"SQLite file {path} is not there - check url")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=timeout_s)

    return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)
