"""Dispositions: what was decided about units; nothing is overwritten, the newest of a unit is in force."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qc_app.records import Disposition
from qc_app.store.journal.base.columns import METADATA, identity, moment, text
from qc_app.store.journal.base.room import Room, matching, newest

DISPOSITIONS = sa.Table(
    "dispositions",
    METADATA,
    identity(),
    text("stage"),
    text("unit_id"),
    moment("at"),
    text("verdict"),
    text("reason"),
    text("author"),
)
sa.Index("ix_dispositions_unit", DISPOSITIONS.c.stage, DISPOSITIONS.c.unit_id, DISPOSITIONS.c.id)
sa.Index("ix_dispositions_at", DISPOSITIONS.c.at)
Found = list[Disposition]


class Dispositions(Room):
    """What is done with units that are not as they should be."""

    def add(self, disposition: Disposition) -> Disposition:
        """Store a disposition and return it with its number."""
        with self._database.write() as connection:
            return self._add(connection, DISPOSITIONS, disposition)

    def list(
        self,
        stage: str | None = None,
        unit_id: str | None = None,
        since: datetime | None = None,
        last: int | None = None,
    ) -> Found:
        """Return dispositions, oldest first; with `last` only the newest so many."""
        query = matching(DISPOSITIONS, stage=stage, unit_id=unit_id)
        query = query.where(DISPOSITIONS.c.at >= since) if since is not None else query
        return self._all(newest(query, DISPOSITIONS, last), Disposition)

    def in_force(self, stage: str, since: datetime | None = None) -> dict[str, Disposition]:
        """Return the newest disposition of each unit of a stage that has one."""
        return {one.unit_id: one for one in self.list(stage, since=since)}
