"""A live kind without a protocol, to test what all of them share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Gap, Probe, Reject
from data_connectors.live import LiveConnector, Record, Sample, Sink, Spool
from data_connectors.rows.conform import conform
from data_connectors.schema import Parameter, Source, Stage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Told(LiveConnector):
    """Hears nothing by itself."""

    kind: ClassVar[str] = "told"

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        sink.tell("connected", stage.id)
        stop.wait()

    def check(self) -> list[Probe]:
        return [Probe("name", ok=True, message="it is there")]


def source_of(rows: str = "moment", **more: object) -> Source:
    settings = {"rows": rows, **more}
    return Source("line", "told", "rolling-2", settings=settings)


def told(folder: Path, source: Source, now: Callable[[], datetime] = lambda: LATER) -> Told:
    return Told(source, now, folder)


def sample(tag: str, value: float | str | None, seconds: float, quality: str = "good", code: str = "") -> Sample:
    return Sample(tag, value, at(seconds), None, at(seconds), quality, code)  # type: ignore[arg-type]


def record(seconds: float, **fields: float | str | None) -> Record:
    return Record(fields, at(seconds), None, at(seconds), "plant/line-1")


def kept(folder: Path, *heard: Sample | Record | Reject, gaps: Sequence[Gap] = (), mark: str = "") -> None:
    with Spool(folder) as spool:
        spool.keep(heard, gaps, mark)


class Stored:
    """What a store would hold: rows by unit, the newest revision; counts of what was delivered."""

    def __init__(self, folder: Path, source: Source, stage: Stage = STAGE, now: datetime = LATER) -> None:
        self._folder, self._source, self._stage, self.now = folder, source, stage, now
        self.since: str | None = None
        self.rows: dict[str, dict[str, object]] = {}
        self.rejects: list[Reject] = []
        self.gaps: list[Gap] = []
        self.delivered = 0

    def read(self, batches: int | None = None) -> Stored:
        connector = told(self._folder, self._source, lambda: self.now)
        for i, batch in enumerate(connector.read(self._stage, self.since)):
            if batches is not None and i >= batches:
                break
            made = conform(batch, self._stage, self._source, self.now + timedelta(days=1))
            for row in made.rows.iter_rows(named=True):
                self.rows[row["unit_id"]] = row
                self.delivered += 1
            self.rejects += made.rejects
            self.gaps += batch.gaps
            self.since = batch.after
            connector.acknowledge(batch.after)
        return self

    def values(self, *names: str) -> list[tuple[object, ...]]:
        return [tuple(row[n] for n in names) for row in self.rows.values()]
