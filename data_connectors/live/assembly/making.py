"""The three ways in which what was heard becomes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from data_connectors.base import Reject
from data_connectors.live.assembly.cells import Row, cells, newest
from data_connectors.live.assembly.moment import datetime_of, micros, time_of, timed
from data_connectors.live.assembly.unit_end import UnitEnd
from data_connectors.live.assembly.waiting import Waiting
from data_connectors.live.options import LiveOptions
from data_connectors.live.progress import Progress
from data_connectors.live.sample import Record, Sample
from data_connectors.live.spool import Place
from data_connectors.schema import Source

#: For so long a row of values is remembered at least: what is told twice after a crash, or late, finds it.
MEMORY_S = 60.0


@dataclass(slots=True)
class Made:
    """Rows, and values that can be in none.

    Parameters
    ----------
    rows : list of dict
        By the source's column names; codes of values that are not good in a column of their own.
    rejects : list of Reject
    completing : list of str
        Units among the rows whose row may be stored already: what is stored of it stays.
    """

    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    completing: list[str] = field(default_factory=list)


class Assembly(Protocol):
    """Makes rows of what a spool holds."""

    def take(self, heard: Sequence[Sample | Record], first: Place, *, fresh: bool) -> None:
        """Take what one frame told; not fresh: it was seen before and comes again to make whole rows."""
        ...

    def made(self, now: datetime, *, ended: bool) -> Made:
        """Return what is whole by now; `ended`: the spool holds nothing newer."""
        ...

    def progress(self, seen: Place) -> Progress:
        """Return the checkpoint that is true once all that was made is stored."""
        ...


class Messages:
    """Each message is a row by itself.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rows: list[Row] = []

    def take(self, heard: Sequence[Sample | Record], first: Place, *, fresh: bool) -> None:  # noqa: ARG002 - Assembly
        """Make a row of each; a single value is a message of one field."""
        for item in heard if fresh else ():
            record = item if isinstance(item, Record) else _as_record(item)
            row: Row = dict(record.fields)
            if row.get(self._source.time_column) is None:
                row[self._source.time_column] = time_of(record)
            self._rows.append(row)

    def made(self, now: datetime, *, ended: bool) -> Made:  # noqa: ARG002 - Assembly
        """Return all rows since the last call."""
        rows, self._rows = self._rows, []
        return Made(rows)

    def progress(self, seen: Place) -> Progress:
        """Nothing is ever needed again."""
        return Progress(seen, seen)


class Values:
    """The values of one moment are a row, or the newest of each tag when a unit ends.

    Parameters
    ----------
    source : Source
    options : LiveOptions
    since : Progress
    """

    def __init__(self, source: Source, options: LiveOptions, since: Progress) -> None:
        self._source, self._options = source, options
        self._ahead = timedelta(seconds=options.clock_ahead_s)
        self._wait = round(options.wait_s * 1e6)
        by_unit = options.rows == "unit"
        last = {str(tag): int(at) for tag, at in since.state.get("newest", {}).items()}
        memory = round(max(options.lateness_s, MEMORY_S) * 1e6)
        self._waiting = Waiting(since.done, memory, last, amend=not by_unit)
        self._unit = UnitEnd.restored(source, since.state) if by_unit else None
        self._received = 0

    def take(self, heard: Sequence[Sample | Record], first: Place, *, fresh: bool) -> None:
        """Hold each value until its moment is due; a message is taken as the values of its fields."""
        for item in heard:
            for sample in [item] if isinstance(item, Sample) else as_samples(item):
                at, judged = timed(sample, self._ahead)
                self._waiting.take(at, judged, first, fresh=fresh)
                self._received = max(self._received, micros(sample.t_received))

    def made(self, now: datetime, *, ended: bool) -> Made:
        """Return the rows of all moments that are due: a silent source holds them back no longer than `wait_s`."""
        newest_at = self._waiting.newest
        made = Made(rejects=[self._late(s) for s in self._waiting.too_late()])
        if newest_at is not None:
            silent = ended and micros(now) - self._received >= self._wait
            moments = self._waiting.due(newest_at if silent else newest_at - self._wait)
            made.rows = list(self._by_moment(moments) if self._unit is None else self._unit.rows(moments))
        stored = list(self._by_moment(self._waiting.stored()))
        made.completing = [str(row[self._source.unit_column]) for row in stored]
        made.rows += stored
        return made

    def progress(self, seen: Place) -> Progress:
        """What waits, and what may be amended, is read again."""
        state: dict[str, Any] = {"newest": dict(self._waiting.last)}
        if self._unit is not None:
            state |= self._unit.state()
        return Progress(self._waiting.begin(seen), seen, self._waiting.done, state)

    def _by_moment(self, moments: Iterable[tuple[int, list[Sample]]]) -> Iterator[Row]:
        unit, time = self._source.unit_column, self._source.time_column
        for at, samples in moments:
            when = datetime_of(at)
            row = cells(newest(samples))
            row[time] = when
            row.setdefault(unit, when.isoformat())
            yield row

    def _late(self, sample: Sample) -> Reject:
        raw = (
            f"{sample.tag} = {sample.value!r} ({sample.quality} {sample.code}) at {sample.t_source or sample.t_server}"
        )
        said = f"source {self._source.name!r}: a value of {sample.tag!r}"
        where = f"in [sources.{self._source.name}]"
        if sample.historical:
            behind = (sample.t_received - (sample.t_source or sample.t_received)).total_seconds()
            said += f" that its device had stored came {behind:.0f} s later, after its unit was made"
            cure = f'set rows = "moment" {where}, or wait_s = {_rounded(behind)} to wait so long for every unit'
            return Reject(sample.tag, 0, raw, "too_late", f"{said} - {cure}")
        cure = f"set wait_s or lateness_s higher {where} if this source is often so late"
        return Reject(sample.tag, 0, raw, "too_late", f"{said} came after its row was made - {cure}")


def _rounded(seconds: float) -> int:
    """Return whole hours, in seconds, that are enough for a delay.

    Examples
    --------
    >>> _rounded(3601.0)
    7200
    """
    return 3600 * (int(seconds // 3600) + 1)


def _as_record(sample: Sample) -> Record:
    return Record({sample.tag: sample.value}, sample.t_source, sample.t_server, sample.t_received, sample.tag)


def as_samples(record: Record) -> list[Sample]:
    """Return the fields of a message as values of their own."""
    times = (record.t_source, record.t_server, record.t_received)
    return [Sample(name, value, *times) for name, value in record.fields.items()]
