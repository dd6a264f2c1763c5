"""Drift reports: what each night's tests said about inputs, relation and output."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from qc_app.records import DriftReport
from qc_app.store.journal.base.columns import METADATA, flag, identity, moment, numbers, real, text, whole
from qc_app.store.journal.base.room import Room, matching, newest

DRIFT = sa.Table(
    "drift_reports",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    sa.Column("plant_day", sa.Date(), nullable=False),
    moment("at"),
    text("drift_of"),
    text("subject"),
    text("test"),
    *[real(name) for name in ("statistic", "threshold", "p_value")],
    whole("n"),
    real("effect"),
    flag("drifted"),
    flag("matters"),
    text("sentence"),
    numbers("picture"),
)
sa.Index("ix_drift_reports_stage", DRIFT.c.stage, DRIFT.c.plant_day)
Found = list[DriftReport]


class Drift(Room):
    """Verdicts on drift."""

    def add(self, reports: Iterable[DriftReport]) -> Found:
        """Store reports and return them with their numbers."""
        with self._database.write() as connection:
            return [self._add(connection, DRIFT, report) for report in reports]

    def list(self, stage: str | None = None, plant_day: date | None = None, last: int | None = None) -> Found:
        """Return reports, oldest first; with `last` only the newest so many."""
        return self._all(newest(matching(DRIFT, stage=stage, plant_day=plant_day), DRIFT, last), DriftReport)

    def newest(self, stage: str) -> Found:
        """Return the reports of the newest plant day that has any."""
        latest = sa.select(sa.func.max(DRIFT.c.plant_day)).where(DRIFT.c.stage == stage).scalar_subquery()
        query = matching(DRIFT, stage=stage).where(DRIFT.c.plant_day == latest)
        return self._all(newest(query, DRIFT, None), DriftReport)
