"""A continuous process: what its tags did in a window is a row, revised by what comes late."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from data_connectors.base import Batch, Reject
from data_connectors.live.assembly.cells import Row, cells, newest
from data_connectors.live.assembly.making import MEMORY_S, Made, as_samples
from data_connectors.live.assembly.moment import datetime_of, micros, timed
from data_connectors.live.assembly.table import table
from data_connectors.live.options import LiveOptions
from data_connectors.live.progress import Progress
from data_connectors.live.sample import Record, Sample
from data_connectors.live.spool import Place
from data_connectors.rows.conform import conform
from data_connectors.rows.windows import SAMPLES, Assembly, tall
from data_connectors.schema import Source, Stage, Window

_Told = list[tuple[int, Sample]]


class ByWindow:
    """Makes the units of a stage that has windows.

    Values are conformed first (units of measure, limits, quality codes), then cut into windows. The spool is read again
    from the oldest value that a window still needs.

    Parameters
    ----------
    source : Source
    stage : Stage
        With its window; its parameters are the tags.
    options : LiveOptions
    since : Progress
    """

    def __init__(self, source: Source, stage: Stage, options: LiveOptions, since: Progress) -> None:
        self._source, self._stage, self._options = source, replace(stage, window=None), options
        self._window: Window = stage.window or Window(1, 1)
        self._ahead = timedelta(seconds=options.clock_ahead_s)
        self._wait = round(options.wait_s)
        self._keep = round(max(options.lateness_s, MEMORY_S)) + self._wait
        self._reach = self._keep - self._wait + self._window.length_s + self._window.holds_s
        self._done = since.done
        self._before: _Told = []
        self._fresh: _Told = []
        self._needed: list[tuple[int, Place]] = []
        self._assembly: Assembly | None = None
        self._newest = self._received = 0

    def take(self, heard: Sequence[Sample | Record], first: Place, *, fresh: bool) -> None:
        """Hold each value; a message is taken as the values of its fields."""
        for item in heard:
            for sample in [item] if isinstance(item, Sample) else as_samples(item):
                at, judged = timed(sample, self._ahead)
                (self._fresh if fresh else self._before).append((at, judged))
                self._needed.append((at, first))
                self._newest = max(self._newest, at)
                self._received = max(self._received, micros(sample.t_received))

    def made(self, now: datetime, *, ended: bool) -> Made:
        """Return the windows that are complete, and those that late values changed.

        A silent source completes windows up to its newest value alone: it may only be cut off, and tell the rest later.
        """
        if self._assembly is None:
            told = None if self._done is None else datetime_of(self._done)
            kept, _ = self._samples(self._before, now)
            self._assembly = Assembly(
                self._window, self._tags, lateness_s=self._wait, keep_s=self._keep, kept=kept, told=told
            )
        come, rejects = self._samples(self._fresh, now)
        self._fresh = []
        silent = ended and self._newest and micros(now) - self._received >= self._wait * 1_000_000
        until = datetime_of(self._newest + self._wait * 1_000_000) if silent else None
        found = self._assembly.add(come, until)
        self._done = self._done if self._assembly.told is None else micros(self._assembly.told)
        names = {"unit_id": self._source.unit_column, "t_event": self._source.time_column}
        late = [self._late(*row) for row in found.late.select("tag", "t", "value").iter_rows()]
        return Made([_plain(row, names) for row in found.rows.iter_rows(named=True)], [*rejects, *late])

    def progress(self, seen: Place) -> Progress:
        """What a window still needs is read again."""
        if self._done is not None:
            horizon = self._done - self._reach * 1_000_000
            self._needed = [(at, first) for at, first in self._needed if at >= horizon]
        return Progress(min((first for _, first in self._needed), default=seen), seen, self._done)

    @property
    def _tags(self) -> list[str]:
        return [p.name for p in self._stage.parameters]

    def _samples(self, told: _Told, now: datetime) -> tuple[pl.DataFrame, list[Reject]]:
        """Conform values and return them one a row; what cannot be conformed is refused as anywhere else."""
        moments: dict[int, list[Sample]] = {}
        for at, sample in told:
            moments.setdefault(at, []).append(sample)
        rows: list[Row] = []
        for at, samples in sorted(moments.items()):
            row = cells(newest(samples))
            row[self._source.time_column] = datetime_of(at)
            rows.append(row | {self._source.unit_column: datetime_of(at).isoformat()})
        if not rows:
            return pl.DataFrame(schema=SAMPLES), []
        batch = Batch(self._stage.id, table(self._source, self._stage, rows), "", self._source.kind)
        made = conform(batch, self._stage, self._source, now)
        judged = tall(_judged(made.rows, self._tags), "t_event", self._tags, {tag: f"{tag} is" for tag in self._tags})
        return judged, list(made.rejects)

    def _late(self, tag: str, at: datetime, value: float | None) -> Reject:
        message = (
            f"source {self._source.name!r}: a value of {tag!r} came after its window was put away - set lateness_s"
            f" higher in [sources.{self._source.name}] if this source is often so late"
        )
        return Reject(tag, 0, f"{tag} = {value!r} at {at.isoformat()}", "too_late", message)


def _judged(rows: pl.DataFrame, tags: Sequence[str]) -> pl.DataFrame:
    """Return the rows with a column of its quality beside each tag."""
    notes = [json.loads(text) if text else {} for text in rows["quality"]]
    return rows.with_columns(pl.Series(f"{tag} is", [n.get(tag, ["good"])[0] for n in notes]) for tag in tags)


def _plain(row: Row, names: dict[str, str]) -> Row:
    return {names.get(name, name): value for name, value in row.items()}
