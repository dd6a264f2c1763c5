"""The journal's database: SQLite in the plant's folder, or PostgreSQL by URL; one writer at a time on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from qc_app.errors import StoreBusy, StoreDamaged, StoreError
from qc_app.records import Lease
from qc_app.store.durable import reason_of, store_error
from qc_app.store.journal.base.columns import dumps
from qc_app.store.journal.base.filesystem import refuse_network

BUSY_MS = 10_000
_READ = {"qc_reads": True}
_WRITER = 7_170_001  # the number of the advisory lock that PostgreSQL's writers take in turn


class Database:
    """Connections to the journal.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://user@host/name`` (psycopg is used).

    Raises
    ------
    StoreError
        If the URL is of another kind, or a SQLite file lies on a network file system.
    """

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.sqlite else _postgresql(self.url)
        self.fence: Lease | None = None
        self._file: tuple[int, int] | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is stored for good when the block ends, and not at all if it raises.

        Raises
        ------
        StoreBusy
            If another writer keeps the journal longer than ten seconds.
        StoreError
            If the database refuses; reason ``fenced`` if this process lost its lease.
        """
        self._require_there()
        with self._telling("writing to"), self.engine.begin() as connection:
            if not self.sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MS}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
            if self.fence is not None:
                _check_fence(connection, self.fence)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the journal and never waits for a writer."""
        self._require_there()
        with self._telling("reading"), self.engine.connect() as connection:
            options = _READ if self.sqlite else {**_READ, "isolation_level": "REPEATABLE READ"}
            with connection.execution_options(**options).begin():
                yield connection

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that can say what to do on conflict."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _require_there(self) -> None:
        """Raise StoreError if the file was taken away or exchanged since it was opened.

        A system keeps such a file for who has it open: all would go on, and what is written would be nowhere.
        """
        if not self.sqlite:
            return
        found = _identity(Path(str(self.url.database)))
        if self._file is None:
            self._file = found
        elif found != self._file:
            became = "is gone" if found is None else "is another file now"
            raise StoreError(
                f"the journal {self.url.database} {became} - stop all programs of this plant, put the file back or"
                " restore the backup, and start them again",
                "unreachable",
            )

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise _told(f"{what} the journal {self.url.render_as_string(hide_password=True)}", error) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of the same name, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _checked(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the journal's URL cannot be read - write sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from None
    kind = found.get_backend_name()
    if kind == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or found.database in {None, "", ":memory:"}:
        raise StoreError(f"the journal cannot live in {kind!r} - use sqlite:///PATH or postgresql://USER@HOST/NAME")
    refuse_network(Path(str(found.database)).absolute().parent)
    return found


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(
        url, json_serializer=dumps, json_deserializer=from_json, connect_args={"timeout": BUSY_MS / 1000}
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL) -> Engine:
    return sa.create_engine(
        url,
        json_serializer=dumps,
        json_deserializer=from_json,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": "qc"},
    )


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    cursor = connection.cursor()
    for setting in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("qc_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _check_fence(connection: Connection, lease: Lease) -> None:
    row = connection.execute(sa.text("SELECT holder, token FROM lease")).one_or_none()
    if row is None or (row.holder, row.token) != (lease.holder, lease.token):
        now = f"{row.holder!r} leads with token {row.token}" if row else "nobody leads"
        raise StoreError(
            f"{lease.holder!r} lost its lease (token {lease.token}; {now}) - nothing was written", "fenced"
        )


def _told(what: str, error: SQLAlchemyError) -> StoreError:
    text = str(getattr(error, "orig", None) or error).lower()
    if "locked" in text or "lock timeout" in text or "lock_timeout" in text:
        return StoreBusy(f"{what}: another writer keeps it - wait or stop it", "busy")
    if "malformed" in text or "not a database" in text:
        return StoreDamaged(f"{what}: the file is damaged - restore it from the backup", "damaged")
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    unreachable = isinstance(error, sa.exc.OperationalError) and not reason_of(cause)
    told = store_error(what, cause)
    return StoreError(str(told), "unreachable") if unreachable else told
