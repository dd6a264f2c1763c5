"""The journal in a backup: one SQLite file, whichever database it lives in, and back again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import StoreError
from qc_app.store.journal.base.columns import METADATA
from qc_app.store.journal.base.database import Database
from qc_app.store.migrations import revision_of, upgrade

FILE = "journal.sqlite"
_ROWS = 2000


def written(database: Database, seen: Connection, to: Path) -> None:
    """Write the journal as `seen` sees it to a SQLite file; others go on writing meanwhile.

    Parameters
    ----------
    database : Database
    seen : Connection
        Within a reading transaction of `database`.
    to : Path
        Must not be there.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    if not database.sqlite:
        copied(seen, f"sqlite:///{to}")
    with closing(sqlite3.connect(to)) as file:
        if database.sqlite:
            raw = seen.connection.driver_connection
            if raw is None:
                raise StoreError("the journal's connection was lost while it was copied - try again", "unreachable")
            raw.backup(file)
        file.execute("PRAGMA journal_mode = DELETE")


def copied(seen: Connection, url: str) -> None:
    """Copy every row of a journal into another database, which must have none.

    Parameters
    ----------
    seen : Connection
        Within a reading transaction of a journal whose tables are those of this program.
    url : str
        Of the other database.

    Raises
    ------
    StoreError
        If there is a journal already, or the database refuses.
    """
    other = Database(url)
    try:
        require_none(other)
        upgrade(other)
        with other.write() as connection:
            for table in METADATA.sorted_tables:
                _copy(seen, connection, table)
            if not other.sqlite:
                _count_on(connection)
    finally:
        other.close()


def require_none(database: Database) -> None:
    """Raise StoreError if a database holds a journal."""
    with database.read() as connection:
        if revision_of(connection) is not None:
            place = database.url.render_as_string(hide_password=True)
            raise StoreError(
                f"the database {place} holds a journal already, and a restore replaces nothing - name an empty one in"
                " QC_DATABASE_URL, or unset it to have the journal in the home"
            )


def counts(seen: Connection) -> dict[str, int]:
    """Return how many rows each table of the journal has."""
    return {
        table.name: int(seen.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        for table in METADATA.sorted_tables
    }


def whole(file: Path) -> str:
    """Return what SQLite finds wrong with a file, empty if nothing."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA quick_check")]
    return "" if found == ["ok"] else "; ".join(found[:3])


def _copy(seen: Connection, to: Connection, table: sa.Table) -> None:
    """Copy the rows of one table; what the steps that made it put there gives way."""
    if to.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
        to.execute(table.delete())
    rows = seen.execution_options(yield_per=_ROWS).execute(sa.select(table).order_by(*table.primary_key.columns))
    for part in rows.mappings().partitions():
        to.execute(table.insert(), [dict(row) for row in part])


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number on from the highest number of each table."""
    for table in METADATA.sorted_tables:
        number = table.autoincrement_column
        if number is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, number.name)
            highest = connection.execute(sa.select(sa.func.max(number))).scalar_one()
            if highest is not None and connection.execute(sa.select(sequence)).scalar_one() is not None:
                connection.execute(sa.select(sa.func.setval(sequence, highest)))
