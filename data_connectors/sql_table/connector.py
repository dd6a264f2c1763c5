"""The table as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import polars as pl
import sqlalchemy as sa

from data_connectors.base import Batch, Column, Conformed, Probe
from data_connectors.columns import characteristics_in, column_of, require
from data_connectors.discovery import columns_of
from data_connectors.errors import ConnectorError, SchemaError
from data_connectors.frames import frame_of
from data_connectors.incremental.cursor import Cursor, before
from data_connectors.incremental.overlap import Overlap
from data_connectors.names import listed, nearest, normal
from data_connectors.rows.conform import conform
from data_connectors.rows.row_hash import row_hash
from data_connectors.rows.treatment import undeclared
from data_connectors.rows.values import as_text
from data_connectors.schema import Source, Stage
from data_connectors.sql_table.options import Options
from data_connectors.sql_table.session import session, table_of

#: Undeclared columns that are read along.
MOST_UNDECLARED = 200
_NUMBERS = (sa.Numeric, sa.Float, sa.Integer)
_FEW_ROWS = 100
#: No clock is further from UTC than this: a stretch by naive times is asked wider, and cut afterwards.
_ZONES = timedelta(hours=15)
T = TypeVar("T")


class SqlTable:
    """A table or view of any database that SQLAlchemy speaks to, read as it grows, never written to.

    Each reading begins `lag_s` before the newest row known, since transactions commit in another order than their
    stamps; rows met again are left out by their hash. Without a modified column, corrected rows are found only within
    the lag. Rows whose stamp is null are read every time and left out the same way.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.sql_table.options.Options`.
    now : callable
        The present moment, aware.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, or a literal password.
    """

    kind: ClassVar[str] = "sql_table"
    options: ClassVar[tuple[type, ...]] = (Options,)

    def __init__(self, source: Source, now: Callable[[], datetime]) -> None:
        self.source = source
        self._now = now
        self._options = Options.of(source)
        self._where = f"source {source.name!r}"

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield what is new in the table since the checkpoint, in the order of its cursor column.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the database answers.
        SchemaError
            If table or columns are not there.
        """
        cursor = Cursor.parse(since)
        overlap = Overlap(cursor, self._options.lag_s, self._now(), self.source.zone)
        with session(self._options, self._where) as connection:
            columns = self._columns(table_of(connection, self._options, self._where), stage)
            query = self._query(columns, cursor)
            page = self._options.page_rows
            with connection.execution_options(stream_results=True, max_row_buffer=page).execute(query) as result:
                for rows, last in _ahead(result.partitions(page)):
                    yield from self._batch(stage, list(columns), rows, overlap, cursor, last=last)

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the rows of a stretch of event time; where the database cannot compare the time column, all rows.

        Raises
        ------
        SourceUnavailable, SourceRefused, SchemaError
            As `read` does.
        """
        with session(self._options, self._where) as connection:
            table = table_of(connection, self._options, self._where)
            columns = self._columns(table, stage)
            query = self._query(columns, Cursor())
            at = {normal(name): column for name, column in table.columns.items()}[normal(self.source.time_column)]
            if isinstance(at.type, sa.DateTime) and connection.dialect.name != "sqlite":
                query = query.where(at >= _spelt(at, since - _ZONES), at <= _spelt(at, until + _ZONES))
            page = self._options.page_rows
            with connection.execution_options(stream_results=True, max_row_buffer=page).execute(query) as result:
                for rows in result.partitions(page):
                    frame = frame_of(list(columns), rows, self.source.decimal)
                    yield Batch(stage.id, frame, "", self._options.table)

    def _batch(
        self, stage: Stage, names: list[str], rows: Sequence[Any], overlap: Overlap, cursor: Cursor, *, last: bool
    ) -> Iterator[Batch]:
        frame = frame_of(names, rows, self.source.decimal)
        hashes = row_hash(frame.select(as_text(c) for c in frame))
        fresh = frame.filter(~cursor.knows(hashes))
        place = names.index(self._cursor_column())
        after = overlap.after([row[place] for row in rows], hashes, last=last)
        narrow = not cursor.wide and self.source.carries == "measurements"
        spare = undeclared(names, stage, self.source) if narrow else ()
        if fresh.height:
            yield Batch(stage.id, fresh, after.text(), self._options.table, unnoticed=frozenset(spare))

    def _cursor_column(self) -> str:
        return normal(self._options.modified_column or self.source.time_column)

    def _columns(self, table: sa.Table, stage: Stage) -> dict[str, sa.ColumnElement[Any]]:
        """Return the columns to be read by the name under which `conform` looks for them."""
        there = {normal(name): column for name, column in table.columns.items()}
        require(list(there), stage, self.source, f"table {self._options.table}")
        if self._cursor_column() not in there:
            near = nearest(self._cursor_column(), there)
            cure = f'set modified_column = "{near}"' if near else "set modified_column"
            raise SchemaError(
                f"{self._where}: column {self._cursor_column()!r} missing in table {self._options.table}"
                f" (has: {listed(there)}) - {cure} in [sources.{self.source.name}]"
            )
        wanted = dict.fromkeys([*self._wanted(list(there), stage), *self._undeclared(there, stage)])
        return {name: sa.type_coerce(there[name], sa.types.NullType()) for name in wanted}

    def _undeclared(self, there: dict[str, sa.Column[Any]], stage: Stage) -> list[str]:
        """Return numeric columns that nobody declared, so that one that is new can be proposed; some of thousands."""
        if self.source.carries == "labels":
            return []
        names = undeclared(list(there), stage, self.source)
        return [name for name in names if isinstance(there[name].type, _NUMBERS)][:MOST_UNDECLARED]

    def _wanted(self, there: list[str], stage: Stage) -> list[str]:
        if self.source.carries == "labels":
            values = [column_of(self.source, name) for name in characteristics_in(there, stage, self.source)]
        else:
            values = [c for p in stage.parameters if (c := column_of(self.source, p.name)) in there]
        own = [normal(self.source.unit_column), normal(self.source.time_column)]
        codes = [normal(c) for c in (*self.source.quality.values(), *self.source.parents.values())]
        return list(dict.fromkeys([*own, *values, *codes, self._cursor_column()]))

    def _query(self, columns: dict[str, sa.ColumnElement[Any]], cursor: Cursor) -> sa.Select[Any]:
        by, unit = columns[self._cursor_column()], columns[normal(self.source.unit_column)]
        query = sa.select(*(column.label(name) for name, column in columns.items())).order_by(by, unit)
        if cursor.value is None:
            return query
        return query.where(sa.or_(by >= before(cursor.value, self._options.lag_s), by.is_(None)))

    def acknowledge(self, after: str) -> None:
        """Do nothing: the table keeps its rows."""

    def discover(self) -> list[Column]:
        """List all columns of the table with a guess from its first rows."""
        return columns_of(self.sample(_FEW_ROWS))

    def check(self) -> list[Probe]:
        """Connect, find the table, read one row; nothing is changed."""
        probes: list[Probe] = []
        try:
            with session(self._options, self._where) as connection:
                probes.append(Probe("connect", ok=True, message="the database answers"))
                names = list(table_of(connection, self._options, self._where).columns.keys())
                probes.append(Probe("table", ok=True, message=f"{self._options.table} has {listed(names)}"))
            rows = self.sample(1).height
        except ConnectorError as error:
            step = ("connect", "table", "row")[len(probes)]
            return [*probes, Probe(step, ok=False, message=str(error))]
        return [*probes, Probe("row", ok=True, message="a row can be read" if rows else "no row yet, which is fine")]

    def sample(self, rows: int = _FEW_ROWS) -> pl.DataFrame:
        """Return some `rows` rows of the table with all its columns."""
        with session(self._options, self._where) as connection:
            table = table_of(connection, self._options, self._where)
            columns = [sa.type_coerce(c, sa.types.NullType()).label(normal(n)) for n, c in table.columns.items()]
            found = connection.execute(sa.select(*columns).limit(rows)).all()
            return frame_of([normal(n) for n in table.columns.keys()], found, self.source.decimal)  # noqa: SIM118

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Conform some `rows` rows of the table; nothing is stored and no checkpoint moves."""
        sample = Batch(stage.id, self.sample(rows), "", self._options.table)
        return conform(sample, stage, self.source, self._now())

    def close(self) -> None:
        """Hold no connection between readings, so there is nothing to close."""


def _spelt(at: sa.Column[Any], moment: datetime) -> datetime:
    """Return a moment as a column of times compares it: with its zone, or without one."""
    return moment if getattr(at.type, "timezone", False) else moment.astimezone(UTC).replace(tzinfo=None)


def _ahead(items: Iterator[T]) -> Iterator[tuple[T, bool]]:
    """Yield each item and whether it is the last."""
    current = next(items, None)
    while current is not None:
        following = next(items, None)
        yield current, following is None
        current = following
