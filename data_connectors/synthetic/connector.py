"""The simulated plant behind the interface of a connector: it tells what is known by now, and nothing sooner."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar

import polars as pl

from data_connectors.base import Batch, Column, Conformed, Happening, Probe
from data_connectors.errors import DefinitionError
from data_connectors.rows.conform import conform
from data_connectors.schema import Source, Stage
from data_connectors.settings_keys import READING_KEYS
from data_connectors.synthetic import delivery
from data_connectors.synthetic.families import split
from data_connectors.synthetic.plant import SyntheticPlant
from data_connectors.synthetic.scenario import scenario_from

BATCH_DAYS = 28.0


class SyntheticConnector:
    """A source of the simulated steel plant.

    Parameters
    ----------
    source : Source
        Of kind ``synthetic``; its settings are the fields of
        :class:`~data_connectors.synthetic.scenario.Scenario` (`seed` and `start` at least; faults as tables) and
        ``batch_days``, the longest stretch put into one batch.
    now : callable
        Tells the plant's present moment (aware).

    Raises
    ------
    DefinitionError
        For a setting that is unknown or impossible, or a stage the plant does not have.

    Examples
    --------
    >>> from datetime import UTC
    >>> from data_connectors.synthetic import stage_definition
    >>> stage = stage_definition("rolling-2")
    >>> process, _ = delivery.sources_of(stage, {"seed": 1, "start": "2026-01-01T00:00:00+00:00"})
    >>> source = SyntheticConnector(process, lambda: datetime(2026, 1, 3, tzinfo=UTC))
    >>> [batch.after for batch in source.read(stage, None)][-1]
    '{"until": "2026-01-03T00:00:00+00:00"}'
    """

    kind: ClassVar[str] = "synthetic"

    def __init__(self, source: Source, now: Callable[[], datetime]) -> None:
        split(source.stage)
        where = f"source {source.name!r}"
        settings = {key: value for key, value in source.settings.items() if key not in READING_KEYS}
        days = settings.pop("batch_days", BATCH_DAYS)
        if not isinstance(days, int | float) or not days > 0:
            raise DefinitionError(f"{where}: batch_days {days!r} - use a number of days above 0")
        self.source = source
        self.plant = SyntheticPlant(scenario_from(settings, source.stage, where))
        self._now = now
        self._longest = timedelta(days=float(days))

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        """Yield what became known from the checkpoint `since` to now; nothing if time has not moved on."""
        begin = self._moment(since)
        end = self._now()
        while begin < end:
            until = min(begin + self._longest, end)
            yield from self._stretch(stage, begin, until)
            begin = until

    def _stretch(self, stage: Stage, begin: datetime, end: datetime) -> Iterator[Batch]:
        """Spoilt rows come in a delivery of their own, before the one that moves the checkpoint."""
        after = json.dumps({"until": end.isoformat()})
        origin = f"simulated {self.source.stage} {self.source.carries}"
        if self.source.carries == "labels":
            yield Batch(stage.id, delivery.results(self.plant.labels(self.source.stage, begin, end)), after, origin)
            return
        rows = self.plant.between(self.source.stage, begin, end)
        sound, spoilt = delivery.measurements(rows, self.source.stage, self.plant.scenario.seed)
        if spoilt.height:
            yield Batch(stage.id, spoilt, json.dumps({"until": begin.isoformat()}), f"{origin} {begin.isoformat()}")
        yield Batch(stage.id, sound, after, origin, happenings=self._happenings(begin, end))

    def _happenings(self, begin: datetime, end: datetime) -> tuple[Happening, ...]:
        marks = self.plant.events(self.source.stage, begin, end).select("at", "kind", "text")
        return tuple(Happening(*mark) for mark in marks.iter_rows())

    def _moment(self, since: str | None) -> datetime:
        if since is None:
            return self.plant.scenario.start
        try:
            moment = datetime.fromisoformat(json.loads(since)["until"])
        except (ValueError, KeyError, TypeError) as error:
            raise DefinitionError(
                f"source {self.source.name!r}: checkpoint {since!r} is not one of this kind"
                ' - it looks like {"until": "2026-01-01T00:00:00+00:00"}'
            ) from error
        return moment

    def acknowledge(self, after: str) -> None:
        """Nothing to forget: the plant can always tell again."""

    def discover(self) -> list[Column]:
        """List the delivered columns with an example each, from the plant's first day."""
        head = self._sample(1)
        return [Column(c, str(head.schema[c]), str(head[c].drop_nulls().first() or "")) for c in head.columns]

    def check(self) -> list[Probe]:
        """Look whether the plant runs yet."""
        start, now = self.plant.scenario.start, self._now()
        if now < start:
            return [Probe("clock", ok=False, message=f"the plant starts {start.isoformat()} - set an earlier start")]
        rows = self._sample(1).height
        return [
            Probe("clock", ok=True, message=f"running since {start.isoformat()}"),
            Probe("row", rows > 0, f"{rows} read"),
        ]

    def preview(self, stage: Stage, rows: int = 20) -> Conformed:
        """Parse the plant's first `rows` rows as ingest would, store nothing."""
        return conform(Batch(stage.id, self._sample(rows), "", "preview"), stage, self.source, self._now())

    def _sample(self, rows: int) -> pl.DataFrame:
        start = self.plant.scenario.start
        end = start + timedelta(days=3)
        if self.source.carries == "labels":
            return delivery.results(self.plant.labels(self.source.stage, start, end)).head(rows)
        found = self.plant.between(self.source.stage, start, end).head(rows)
        return delivery.measurements(found, self.source.stage, self.plant.scenario.seed)[0]

    def close(self) -> None:
        """Nothing is held open."""
