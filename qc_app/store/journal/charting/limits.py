"""Control limits of the charts, frozen by someone for a reason, every version."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import sqlalchemy as sa

from qc_app.records import Limits
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, plain, real, text, whole
from qc_app.store.journal.base.room import Room, matching, newest

LIMITS = sa.Table(
    "limits",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    text("chart"),
    whole("version"),
    moment("since"),
    *[real(name) for name in ("lower", "center", "upper", "sigma")],
    whole("n"),
    text("author"),
    text("reason"),
    text("estimator"),
    text("subgroup"),
    moment("first", optional=True),
    moment("last", optional=True),
    whole("excluded"),
    moment("frozen", optional=True),
    numbers("basis"),
    sa.UniqueConstraint("stage", "characteristic", "chart", "version"),
)
Found = list[Limits]


class FrozenLimits(Room):
    """Limits in force, and those before."""

    def freeze(self, limits: Limits) -> Limits:
        """Put limits in force as the next version of their chart and return them."""
        chart = (LIMITS.c.stage == limits.stage, LIMITS.c.characteristic == limits.characteristic)
        top = sa.select(sa.func.max(LIMITS.c.version)).where(*chart, LIMITS.c.chart == limits.chart)
        with self._database.write() as connection:
            version = (connection.execute(top).scalar_one() or 0) + 1
            return self._add(
                connection, LIMITS, dataclasses.replace(limits, version=version, basis=plain(limits.basis))
            )

    def current(self, stage: str, characteristic: str, chart: str) -> Limits | None:
        """Return the limits in force, None if none were ever frozen."""
        query = matching(LIMITS, stage=stage, characteristic=characteristic, chart=chart)
        return self._first(query.order_by(LIMITS.c.version.desc()), Limits)

    def history(
        self, stage: str, characteristic: str, chart: str | None = None, known_at: datetime | None = None
    ) -> Found:
        """Return all versions, oldest first; with `known_at`, those that had been frozen by then."""
        query = matching(LIMITS, stage=stage, characteristic=characteristic, chart=chart)
        if known_at is not None:
            query = query.where(sa.func.coalesce(LIMITS.c.frozen, LIMITS.c.since) <= known_at)
        return self._all(newest(query, LIMITS, None), Limits)
