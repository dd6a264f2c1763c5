"""Studies of gauges: every one is kept, the newest that tells a standard deviation is in force."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qc_app.records import GaugeStudy
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, plain, real, text
from qc_app.store.journal.base.room import Room, matching, newest, values

GAUGES = sa.Table(
    "gauge_studies",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    text("kind"),
    moment("at"),
    moment("due", optional=True),
    text("author"),
    real("gauge_sd"),
    text("verdict"),
    text("sentence"),
    numbers("numbers"),
    numbers("sheet"),
)
sa.Index("ix_gauge_studies_stage", GAUGES.c.stage, GAUGES.c.characteristic, GAUGES.c.at)
Found = list[GaugeStudy]


class GaugeStudies(Room):
    """How good the gauges are, and when they are due."""

    def add(self, study: GaugeStudy) -> GaugeStudy:
        """Store a study and return it with its number."""
        row = values(study) | {"numbers": plain(study.numbers), "sheet": plain(study.sheet)}
        with self._database.write() as connection:
            key = connection.execute(GAUGES.insert().values(row)).inserted_primary_key
        return GaugeStudy(**row, id=key[0] if key else None)

    def history(self, stage: str, characteristic: str | None = None, at: datetime | None = None) -> Found:
        """Return the studies, oldest first; with `at`, those that were done by then."""
        query = matching(GAUGES, stage=stage, characteristic=characteristic)
        query = query.where(GAUGES.c.at <= at) if at is not None else query
        return self._all(newest(query, GAUGES, None, ("at", "id")), GaugeStudy)

    def newest(self, stage: str, characteristic: str, at: datetime | None = None) -> GaugeStudy | None:
        """Return the last study of a characteristic, None if there was none."""
        found: list[Any] = self.history(stage, characteristic, at)
        return found[-1] if found else None

    def sd(self, stage: str, characteristic: str, at: datetime | None = None) -> float | None:
        """Return the gauge's standard deviation as studied, None if no study tells one.

        Of the newest crossed study, for it knows people as well; else of the newest type-1 study.
        """
        told = [s for s in self.history(stage, characteristic, at) if not math.isnan(s.gauge_sd)]
        chosen = [s for s in told if s.kind == "crossed"] or told
        return chosen[-1].gauge_sd if chosen else None
