"""The measurement as a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import polars as pl

from data_connectors.base import Batch, Column, Conformed, Probe
from data_connectors.columns import characteristics_in, column_of, require
from data_connectors.discovery import columns_of
from data_connectors.errors import SourceUnavailable
from data_connectors.http import HttpOptions, Session
from data_connectors.http.probing import probed
from data_connectors.incremental.cursor import Cursor, before
from data_connectors.incremental.growing import Growing, Page
from data_connectors.incremental.overlap import Overlap
from data_connectors.influx.answers import Asking, Row
from data_connectors.influx.options import InfluxOptions
from data_connectors.names import listed, normal
from data_connectors.rows.conform import conform
from data_connectors.schema import Source, Stage

_FEW_ROWS = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"\.(\d+)")


class Influx:
    """A measurement of an InfluxDB: a point is a row, its fields and tags are the columns; nothing is ever written.

    Points are read in the order of their time, each reading from `lag_s` before the newest on; what was met before is
    left out. Points of one time to a nanosecond and one series are one point by the database's own rule.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.influx.options.InfluxOptions` and
        :class:`~data_connectors.http.options.HttpOptions`.
    now : callable
        The present moment, aware.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, unsafe, or a literal secret.
    """

    kind: ClassVar[str] = "influx"
    options: ClassVar[tuple[type, ...]] = (InfluxOptions, HttpOptions)

    def __init__(self, source: Source, now: Callable[[], datetime]) -> None:
        self.source = source
        self._now = now
        self._options = InfluxOptions.of(source)
        self._http = HttpOptions.of(source)
        self._where = f"source {source.name!r}"
        self._origin = f"measurement {self._options.measurement}"
        self._time = normal(source.time_column)

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield what is new since the checkpoint, in the order of time.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the server answers.
        SchemaError
            If measurement or columns are not there.
        """
        start = Cursor.parse(since)
        overlap = Overlap(start, self._options.lag_s, self._now(), None)
        growing = Growing(stage.id, self._origin, start, overlap, ordered=True)
        with self._asking() as asking:
            columns = self._wanted(self._there(asking, stage), stage)
            begin = before(start.value, self._options.lag_s) if start.value is not None else None
            since_ns = _nanoseconds(begin) if isinstance(begin, datetime) else None
            yield from growing.batches(self._pages(asking, columns, since_ns))

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the points of ``[since, until)``.

        Raises
        ------
        SourceUnavailable, SourceRefused, SchemaError
            As `read` does.
        """
        with self._asking() as asking:
            columns = self._wanted(self._there(asking, stage), stage)
            for page in self._pages(asking, columns, _nanoseconds(since)):
                inside = page.frame.filter(pl.col(self._time) < until)
                if inside.height:
                    yield Batch(stage.id, inside, "", self._origin)
                if inside.height < page.frame.height:
                    return

    def _asking(self) -> _Opened:
        return _Opened(self._http, self._options, self._where)

    def _there(self, asking: Asking, stage: Stage) -> list[str]:
        there = [self._time, *map(normal, asking.columns())]
        require(there, stage, self.source, self._origin)
        return there

    def _wanted(self, there: list[str], stage: Stage) -> list[str]:
        if self.source.carries == "labels":
            values = [column_of(self.source, name) for name in characteristics_in(there, stage, self.source)]
        else:
            values = [c for p in stage.parameters if (c := column_of(self.source, p.name)) in there]
        beside = [normal(c) for c in (*self.source.quality.values(), *self.source.parents.values())]
        names = dict.fromkeys([normal(self.source.unit_column), *values, *beside])
        return [name for name in names if name != self._time]

    def _pages(self, asking: Asking, columns: list[str], since: int | None) -> Iterator[Page]:
        """Yield pages, each from the time of the last point of the one before on; what comes twice is left out."""
        met: list[Row] = []
        while True:
            rows = asking.points(columns, since, self._options.page_rows)
            fresh = [row for row in rows if row not in met]
            if not fresh:
                self._require_end(rows)
                return
            yield self._page(fresh, columns)
            since = nanoseconds(str(rows[-1]["time"]))
            met = [row for row in rows if row["time"] == rows[-1]["time"]]

    def _require_end(self, rows: list[Row]) -> None:
        if len(rows) >= self._options.page_rows:
            raise SourceUnavailable(
                f"{self._where}: {len(rows)} points share one time, more cannot be asked for - set page_rows higher"
            )

    def _page(self, rows: list[Row], columns: list[str]) -> Page:
        times = [_datetime(nanoseconds(str(row["time"]))) for row in rows]
        data: dict[str, Any] = {name: [row.get(name) for row in rows] for name in columns}
        frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
        stamp = pl.Series(self._time, times, dtype=pl.Datetime("us", "UTC"))
        return Page(frame.insert_column(0, stamp), times)

    def acknowledge(self, after: str) -> None:
        """Do nothing: the database keeps its points."""

    def discover(self) -> list[Column]:
        """List fields and tags with a guess from the first points."""
        return columns_of(self.sample(_FEW_ROWS))

    def sample(self, rows: int = 1000) -> pl.DataFrame:
        """Return the first `rows` points with all fields and tags."""
        with self._asking() as asking:
            return self._page(asking.points([], None, rows), asking.columns()).frame

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS, sign-in, the measurement and a point; nothing is changed there."""
        with _Opened(self._http.once, self._options, self._where) as asking:

            def measurement() -> str:
                return f"{self._options.measurement} has {listed(asking.columns())}"

            def point() -> str:
                rows = asking.points([], None, 1)
                return "a point can be read" if rows else "no point yet, which is fine"

            return probed(self._http, self._where, [("measurement", measurement), ("point", point)])

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Conform the first `rows` points; nothing is stored and no checkpoint moves."""
        with self._asking() as asking:
            columns = self._wanted(self._there(asking, stage), stage)
            frame = self._page(asking.points(columns, None, rows), columns).frame
        return conform(Batch(stage.id, frame, "", self._origin), stage, self.source, self._now())

    def close(self) -> None:
        """Hold no connection between readings, so there is nothing to close."""


class _Opened:
    """A session for the length of a ``with`` block, asking one measurement."""

    def __init__(self, http: HttpOptions, options: InfluxOptions, where: str) -> None:
        self._session = Session(http, where)
        self._asking = Asking(self._session, options, where)

    def __enter__(self) -> Asking:
        return self._asking

    def __exit__(self, *_: object) -> None:
        self._session.close()


def nanoseconds(text: str) -> int:
    """Return a time as an InfluxDB tells it, in ns since 1970: a number, or RFC 3339 (UTC where none is said).

    Examples
    --------
    >>> nanoseconds("1714543200000000001"), nanoseconds("2024-05-01T06:00:00.000000001Z")
    (1714543200000000001, 1714543200000000001)
    """
    if text.lstrip("-").isdigit():
        return int(text)
    fraction = _DIGITS.search(text)
    rest = int(fraction[1][:9].ljust(9, "0")) if fraction else 0
    moment = datetime.fromisoformat(_DIGITS.sub("", text))
    return _nanoseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + rest


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _datetime(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number // 1000)
