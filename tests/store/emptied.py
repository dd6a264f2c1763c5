"""A PostgreSQL journal emptied for the next test: its forty tables take longer to make than all that a test does.

A journal whose tables, indexes, triggers or functions are not those that the steps made is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.store import Journal

_SHAPE = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    UNION SELECT tgrelid::regclass::text, tgname, tgenabled::text, 'trigger'
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
    UNION SELECT proname, prosrc, '', 'function' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@dataclass
class Emptied:
    """What the steps made of the database at an address: its shape, and the rows that they put there."""

    address: str
    shape: frozenset[tuple[Any, ...]] = frozenset()
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def journal(self) -> Journal:
        """Open the journal, with nothing in it but what its steps put there."""
        engine = sa.create_engine(self.address)
        with engine.begin() as connection:
            known = bool(self.shape) and shape_of(connection) == self.shape
            if known:
                self._empty(connection)
            else:
                clear(connection)
        opened = Journal(self.address)
        if not known:
            with engine.connect() as connection:
                self._look(connection)
        engine.dispose()
        return opened

    def _look(self, connection: Connection) -> None:
        self.shape = shape_of(connection)
        self.rows = {name: rows_of(connection, name) for name in sa.inspect(connection).get_table_names()}

    def _empty(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no guard, no foreign key
        numbered = connection.exec_driver_sql("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        again = [f'ALTER SEQUENCE "{name}" RESTART' for name in numbered.scalars()]
        connection.exec_driver_sql("; ".join([*(f'DELETE FROM "{name}"' for name in self.rows), *again]))
        for name, rows in self.rows.items():
            if rows:
                connection.execute(sa.insert(sa.table(name, *map(sa.column, rows[0]))), rows)


def clear(connection: Connection) -> None:
    """Leave a database without tables."""
    connection.exec_driver_sql("DROP SCHEMA public CASCADE")
    connection.exec_driver_sql("CREATE SCHEMA public")


def rows_of(connection: Connection, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table by the names of its columns."""
    return [dict(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()]


def shape_of(connection: Connection) -> frozenset[tuple[Any, ...]]:
    """Return columns, triggers and functions of the database."""
    return frozenset(tuple(row) for row in connection.exec_driver_sql(_SHAPE))
