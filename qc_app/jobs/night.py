"""What every step of one night shares: the store, the plant, the day, the cut-off, and what was already read."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.base import Task
from qc_app import framing
from qc_app.genealogy import Steps, widened
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.step import Permit, always
from qc_app.plant import Plant
from qc_app.store import BY_HAND, Store, picked

HISTORY_UNITS = 200_000


@dataclass(slots=True)
class _Memory:
    stage: str | None = None
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    sound: pl.DataFrame | None = None
    labels: dict[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Night:
    """One night of a plant.

    Parameters
    ----------
    store : Store
    plant : Plant
    day : date
        The plant day whose night this is.
    cutoff : datetime
        Nothing that became known later is used (promise S9).
    answers : Answers
        Models, loaded once.
    permit : callable
        Raises when another scheduler leads now.
    """

    store: Store
    plant: Plant
    day: date
    cutoff: datetime
    answers: Answers
    permit: Permit = always
    _memory: _Memory = field(default_factory=_Memory)

    def rows(self, stage: Stage) -> pl.DataFrame:
        """Return the stage's units as known at the cut-off, by event time; kept until another stage is asked for.

        What the stage takes from stages further up stands beside its own parameters.
        """
        if self._memory.stage != stage.id:
            own = self.store.lake.measurements(stage.id, known_at=self.cutoff, last=HISTORY_UNITS)
            found = widened(self.store, self.steps(), stage, own)
            self._memory.stage, self._memory.rows = stage.id, found
            self._memory.sound, self._memory.labels = None, {}
        return self._memory.rows

    def steps(self) -> Steps:
        """Return the ways up and down the line as known at the cut-off."""
        return Steps(self.store.lake, self.plant, self.cutoff)

    def sound(self, stage: Stage) -> pl.DataFrame:
        """Return the stage's units but those in a gap that was known at the cut-off: nothing is learned from them.

        Kept as `rows` are.
        """
        rows = self.rows(stage)
        if self._memory.sound is None:
            self._memory.sound = framing.outside(rows, self._gaps(stage))
        return self._memory.sound

    def _gaps(self, stage: Stage) -> list[tuple[datetime, datetime]]:
        carrying = {s.name for s in self.plant.sources_of(stage.id, "measurements")}
        found = self.store.journal.gaps.list(stage=stage.id, known_at=self.cutoff)
        return [(gap.start, gap.end) for gap in found if gap.source in carrying]

    def labels(self, stage: Stage, what: Characteristic) -> pl.DataFrame:
        """Return the labels known at the cut-off of units that are in the lake, the oldest knowledge first.

        Columns ``unit_id, value, t_measured, t_known, source, author, t_event, joined, picked``; `joined` as
        `framing.to_units`, `picked` as `store.picked` says it. Units of a stretch in which continuity cannot be shown
        are left out: what was noted of them may be half of it (promise S5). So is what came too late (S11).
        """
        return self._joined(stage, what).filter(~pl.col("late")).drop("late")

    def late(self, stage: Stage, what: Characteristic) -> pl.DataFrame:
        """Return the labels that came too late: as `labels`, but nothing is learned from them."""
        return self._joined(stage, what).filter("late").drop("late")

    def _joined(self, stage: Stage, what: Characteristic) -> pl.DataFrame:
        sound = self.sound(stage)
        if what.name not in self._memory.labels:
            known = self.store.journal.labels.known(stage.id, what.name, at=self.cutoff)
            joined = framing.to_units(known, sound.select("unit_id", "t_event")).sort("t_known", "t_event", "unit_id")
            queued = self.store.journal.queue.history(stage.id, what.name, self.cutoff)
            late = self._late(stage, what, joined.join(sound.select("unit_id", "t_ingest"), on="unit_id", how="left",
                                                       maintain_order="left"))  # fmt: skip
            self._memory.labels[what.name] = joined.with_columns(picked(joined, queued), late.alias("late"))
        return self._memory.labels[what.name]

    def _late(self, stage: Stage, what: Characteristic, joined: pl.DataFrame) -> pl.Series:
        """Tell which labels came too late; earlier revisions are asked only where one may have."""
        window = timedelta(days=self.plant.label_window_days)
        if not (joined["t_known"] - joined["t_event"] > window).any():
            return pl.repeat(False, joined.height, dtype=pl.Boolean, eager=True)
        history = self.store.journal.labels.history(stage.id, what.name).filter(pl.col("t_known") <= self.cutoff)
        return framing.too_late(joined, history, window, BY_HAND)

    def task(self, stage: Stage, what: Characteristic) -> Task:
        """Return the stage's task as all that is known at the cut-off makes it."""
        return framing.task(
            stage, what.name, self.sound(stage), self.labels(stage, what), gauge_sd=self.gauge_sd(stage, what)
        )

    def gauge_sd(self, stage: Stage, what: Characteristic) -> float | None:
        """Return the gauge's standard deviation: of a study known at the cut-off, else as the plant defines it."""
        studied = self.store.journal.gauges.sd(stage.id, what.name, self.cutoff)
        return what.gauge_sd if studied is None else studied

    def seen(self, stage: Stage) -> dict[str, Any]:
        """Return what a night of the stage depends on; while it stays the same there is nothing to do."""
        known = {what.name: self.store.journal.labels.known(stage.id, what.name, at=self.cutoff)["t_known"]
                 for what in stage.characteristics}  # fmt: skip
        sources = self.plant.sources_of(stage.id, "measurements")
        stored = [self.store.lake.counts(stage.id, source.name) for source in sources]
        return {
            "rows": sum(counts.new + counts.revisions for counts in stored),
            "labels": {name: [len(times), str(times.max())] for name, times in known.items()},
            "prior": self.store.journal.models.pointers("", "").champion,
        }

    def seed(self, stage: Stage, what: Characteristic) -> int:
        """Return the seed of this night for one stage and characteristic."""
        return zlib.crc32(f"{stage.id}\n{what.name}\n{self.day.isoformat()}".encode())
