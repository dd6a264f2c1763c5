"""The JSON service as a source."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import polars as pl

from data_connectors.base import Batch, Column, Conformed, Probe, Reject
from data_connectors.columns import missing, require
from data_connectors.discovery import columns_of
from data_connectors.errors import SchemaError
from data_connectors.http import Answer, HttpOptions, Session
from data_connectors.http.probing import clock, probed
from data_connectors.incremental.cursor import Cursor, Value, before
from data_connectors.incremental.growing import Growing, Page
from data_connectors.incremental.overlap import Overlap
from data_connectors.live.fields import flat
from data_connectors.names import listed, nearest, normal
from data_connectors.rest.options import RestOptions
from data_connectors.rest.paging import Rows, by_time, pages, rows_of
from data_connectors.rows.conform import conform
from data_connectors.rows.times import LATEST, TimePolicy, moments
from data_connectors.schema import Source, Stage

_ACCEPT = {"Accept": "application/json"}
_MAX_RAW = 4_096
_NONE = timedelta()


class Rest:
    """A service that tells rows as JSON over HTTP, read as they grow; it is only ever asked, with GET.

    Each reading asks from `lag_s` before the newest row known on, for rows are entered in another order than their
    times, and leaves out what it met before. Fields are named by their path, ``data.temp``.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.rest.options.RestOptions` and
        :class:`~data_connectors.http.options.HttpOptions`.
    now : callable
        The present moment, aware.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, unsafe, or a literal secret.
    """

    kind: ClassVar[str] = "rest"
    options: ClassVar[tuple[type, ...]] = (RestOptions, HttpOptions)

    def __init__(self, source: Source, now: Callable[[], datetime]) -> None:
        self.source = source
        self._now = now
        self._options = RestOptions.of(source)
        self._http = HttpOptions.of(source)
        self._policy = TimePolicy.of(source)
        self._where = f"source {source.name!r}"
        self._origin = self._http.url.partition("?")[0]

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield what is new since the checkpoint.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the service answers.
        SchemaError
            If rows or columns are not there.
        """
        start = Cursor.parse(since)
        overlap = Overlap(start, self._options.lag_s, self._now(), self.source.zone)
        ordered, whole = self._options.paging == "time", not self._options.since_param
        growing = Growing(stage.id, self._origin, start, overlap, ordered=ordered, whole=whole)
        with self._session() as session:
            begin = None if start.value is None else self._spelt(before(start.value, self._options.lag_s))
            yield from growing.batches(self._pages(session, stage, begin))

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:  # noqa: ARG002 - it lists to its end
        """Yield rows from `lag_s` before `since` on; where the service cannot be asked by time, all that it has.

        What was changed since a moment holds all that happened since: a row is entered after it happened.

        Raises
        ------
        SourceUnavailable, SourceRefused, SchemaError
            As `read` does.
        """
        begin = self._spelt(since - timedelta(seconds=self._options.lag_s))
        by_number = self._options.since_format == "number" or not self._options.since_param
        with self._session() as session:
            for page in self._pages(session, stage, None if by_number else begin):
                if page.frame.height or page.rejects:
                    yield Batch(stage.id, page.frame, "", self._origin, page.rejects)

    def _session(self) -> Session:
        return Session(self._http, self._where, headers=_ACCEPT)

    def _pages(self, session: Session, stage: Stage, begin: str | None) -> Iterator[Page]:
        if self._options.paging == "time":
            found = by_time(session, self._options, begin, self._where, self._reached)
        else:
            found = pages(session, self._options, begin, self._where)
        for rows in found:
            yield self._page(rows, stage)

    def _page(self, rows: Rows, stage: Stage) -> Page:
        frame, rejects = table(rows, self._origin)
        if not frame.height:
            return Page(frame, [], rejects)
        frame = self._completed(frame, stage)
        return Page(frame, self._cursors(frame), rejects)

    def _completed(self, frame: pl.DataFrame, stage: Stage) -> pl.DataFrame:
        """Return the rows with all declared columns; those that the service left out are empty."""
        if self._options.omits_nulls:
            absent = missing(frame.columns, stage, self.source)
            own = {self.source.unit_column, self.source.time_column}
            empty = [self.source.column_of(name) for name in absent if name not in own]
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(normal(name)) for name in empty)
        require(frame.columns, stage, self.source, self._origin)
        return frame

    def _cursor_column(self, frame: pl.DataFrame) -> pl.Series:
        name = normal(self._options.modified_field or self.source.time_column)
        if name not in frame.columns:
            near = nearest(name, frame.columns)
            cure = f"set modified_field = {near!r}" if near else "set modified_field"
            raise SchemaError(f"{self._where}: field {name!r} is not there (has: {listed(frame.columns)}) - {cure}")
        return frame[name]

    def _cursors(self, frame: pl.DataFrame) -> list[Value | None]:
        column = self._cursor_column(frame)
        if self._options.since_format == "number":
            return list(column.cast(pl.Int64, strict=False))
        return list(moments(column, self._policy, LATEST)["t"])

    def _spelt(self, value: Value) -> str:
        if not isinstance(value, datetime):
            return str(value)
        if self._options.since_format == "iso":
            return self._local(value)
        scale = 1000 if self._options.since_format == "epoch_ms" else 1
        return str(int(value.timestamp() * scale // 1))

    def _local(self, value: datetime) -> str:
        """Return a time in UTC, or by a clock of the source's zone: of an hour that comes twice the first."""
        if self.source.zone:
            local = value.astimezone(ZoneInfo(self.source.zone))
            twice = (local.replace(fold=0).utcoffset() or _NONE) - (local.replace(fold=1).utcoffset() or _NONE)
            return (local.replace(tzinfo=None) - abs(twice)).isoformat(timespec="milliseconds")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _reached(self, rows: Rows) -> str | None:
        frame, _ = table(rows, self._origin)
        known = [value for value in self._cursors(frame) if value is not None]
        if any(later < earlier for earlier, later in itertools.pairwise(known)):  # type: ignore[operator]
            raise SchemaError(f"{self._where}: rows do not come in the order of time - use another paging")
        return self._spelt(known[-1]) if known else None

    def acknowledge(self, after: str) -> None:
        """Do nothing: the service keeps its rows."""

    def discover(self) -> list[Column]:
        """List the fields of the first rows."""
        with self._session() as session:
            return columns_of(self._sample(session))

    def sample(self, rows: int = 1000) -> pl.DataFrame:
        """Return some `rows` rows as the service tells them, a column a path."""
        with self._session() as session:
            return self._sample(session).head(rows)

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS, sign-in, the rows, and the clock; nothing is changed there."""
        asked: list[Answer] = []
        with Session(self._http.once, self._where, headers=_ACCEPT) as session:

            def sign_in() -> str:
                asked.append(self._first(session))
                return f"the service answers {asked[0].status}"

            def rows() -> str:
                found = rows_of(asked[0], self._options, self._where)[0]
                frame, _ = table(found, self._origin)
                return f"{frame.height} rows with {listed(frame.columns)}" if found else "no row yet, which is fine"

            return probed(
                self._http, self._where, [("sign-in", sign_in), ("rows", rows), ("clock", lambda: clock(asked[0]))]
            )

    def _first(self, session: Session) -> Answer:
        limit = [(self._options.limit_param, str(self._options.page_rows))] if self._options.limit_param else []
        return session.get("", [*self._options.asked, *limit])

    def _sample(self, session: Session) -> pl.DataFrame:
        found, _ = rows_of(self._first(session), self._options, self._where)
        return table(found, self._origin)[0]

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Conform some `rows` rows; nothing is stored and no checkpoint moves."""
        with self._session() as session:
            found, _ = rows_of(self._first(session), self._options, self._where)
        frame, rejects = table(found[:rows], self._origin)
        frame = self._completed(frame, stage) if frame.height else frame
        return conform(Batch(stage.id, frame, "", self._origin, rejects), stage, self.source, self._now())

    def close(self) -> None:
        """Hold no connection between readings, so there is nothing to close."""


def table(rows: Rows, origin: str) -> tuple[pl.DataFrame, tuple[Reject, ...]]:
    """Return JSON objects as a frame of text, a column a path; what is no object is refused.

    Parameters
    ----------
    rows : list
        As `Answer.json` reads them with ``exact=True``.
    origin : str
        For messages.

    Examples
    --------
    >>> frame, refused = table([{"unit": "007", "v": {"temp": "850.50"}}, 3], "https://mes/rows")
    >>> frame.rows(), refused[0].reason
    ([('007', '850.50')], 'bad_json')
    """
    found: list[dict[str, str | None]] = []
    rejects: list[Reject] = []
    for number, row in enumerate(rows):
        try:
            found.append({name: _text(value) for name, value in flat(row).items()})
        except ValueError as error:
            raw = json.dumps(row, ensure_ascii=False)[:_MAX_RAW]
            said = f"{origin}: row {number + 1}: {error} - correct the service"
            rejects.append(Reject(origin, number, raw, "bad_json", said))
    names = list(dict.fromkeys(name for row in found for name in row))
    data: Any = {name: [row.get(name) for row in found] for name in names}
    return pl.DataFrame(data, schema=dict.fromkeys(names, pl.String)), tuple(rejects)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
