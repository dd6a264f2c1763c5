"""Predictions told by rows of a table of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from data_connectors.errors import SourceUnavailable
from data_connectors.sql_table.options import Options
from data_connectors.writeback.message import Message
from data_connectors.writeback.outlet import Outlet
from data_connectors.writeback.writing import as_source, text_setting

HEARTBEAT = "heartbeat"


class ToSql:
    """Inserts rows, one a message; the heartbeat is a row of the characteristic ``heartbeat`` that is replaced.

    Parameters
    ----------
    outlet : Outlet
        Settings `url`, `table`, `password`, `schema`, `timeout_s` as those of a table source. The table is made where
        it is missing; give the role rights on it alone.
    """

    def __init__(self, outlet: Outlet) -> None:
        text_setting(outlet, "table", "name a table of its own")
        self._where = f"write-back {outlet.name!r}"
        self._name = outlet.name
        self._options = Options.of(as_source(outlet))
        self._table = _table(self._options.table, self._options.schema)
        self._engine: sa.Engine | None = None

    def write(self, messages: Sequence[Message]) -> None:
        """Insert the messages in one transaction."""
        rows = [{**one.fields(), "t_event": one.t_event.astimezone(UTC)} for one in messages]
        if rows:
            self._do([], rows)

    def beat(self, number: int, at: datetime) -> None:
        """Replace the row of the heartbeat."""
        row = {"stage": self._name, "characteristic": HEARTBEAT, "unit_id": "", "t_event": at.astimezone(UTC),
               "value": float(number), "quality": "good", "reason": "", "model": ""}  # fmt: skip
        mine = (self._table.c.characteristic == HEARTBEAT) & (self._table.c.stage == self._name)
        self._do([sa.delete(self._table).where(mine)], [row])

    def _do(self, first: Sequence[sa.Executable], rows: Sequence[Mapping[str, object]]) -> None:
        try:
            if self._engine is None:
                self._engine = sa.create_engine(self._options.address(self._where), poolclass=NullPool)
                self._table.create(self._engine, checkfirst=True)
            with self._engine.begin() as connection:
                for statement in first:
                    connection.execute(statement)
                connection.execute(sa.insert(self._table), list(rows))
        except SQLAlchemyError as error:
            self._engine = None
            words = type(error).__name__
            raise SourceUnavailable(
                f"{self._where}: table {self._options.table} cannot be written ({words}) - check database and rights"
            ) from error

    def close(self) -> None:
        """Hold no connection between writings, so there is nothing to close."""


def _table(name: str, schema: str) -> sa.Table:
    table = sa.Table(name, sa.MetaData(), schema=schema or None)
    for column in ("stage", "characteristic", "unit_id", "quality"):
        table.append_column(sa.Column(column, sa.Text(), nullable=False))
    for column in ("value", "lower", "upper"):
        table.append_column(sa.Column(column, sa.Double()))
    table.append_column(sa.Column("t_event", sa.DateTime(timezone=True), nullable=False))
    for column in ("reason", "model"):
        table.append_column(sa.Column(column, sa.Text()))
    return table
