"""Units left out of control limits, each with its cause; taken in again by a further fact, never by deleting."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import ActionError
from qc_app.records import Exclusion
from qc_app.store.journal.base.columns import METADATA, identity, moment, text
from qc_app.store.journal.base.room import Room, matching, newest

EXCLUSIONS = sa.Table(
    "exclusions",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    text("unit_id"),
    text("cause"),
    text("author"),
    moment("at"),
    moment("ended", optional=True),
    text("ended_by"),
    text("ended_reason"),
)
sa.Index("ix_exclusions_stage", EXCLUSIONS.c.stage, EXCLUSIONS.c.characteristic)
Found = list[Exclusion]


class Exclusions(Room):
    """Which units no control limits stand on, and why."""

    def exclude(self, exclusion: Exclusion) -> Exclusion:
        """Leave a unit out from now on.

        Raises
        ------
        ActionError
            If it is left out already.
        """
        with self._database.write() as connection:
            if _open(connection, exclusion.stage, exclusion.characteristic, exclusion.unit_id) is not None:
                raise ActionError(f"unit {exclusion.unit_id!r} is excluded already - `include` it first to change why")
            return self._add(connection, EXCLUSIONS, exclusion)

    def include(self, stage: str, characteristic: str, unit_id: str, by: str, reason: str, at: datetime) -> None:  # noqa: PLR0917 - the contract's order
        """Take a unit in again.

        Raises
        ------
        ActionError
            If it is not left out.
        """
        with self._database.write() as connection:
            key = _open(connection, stage, characteristic, unit_id)
            if key is None:
                raise ActionError(
                    f"unit {unit_id!r} of {stage} / {characteristic} is not excluded - nothing to take in"
                )
            ended = {"ended": at, "ended_by": by, "ended_reason": reason}
            connection.execute(EXCLUSIONS.update().where(EXCLUSIONS.c.id == key).values(ended))

    def in_force(self, stage: str, characteristic: str, at: datetime | None = None) -> dict[str, str]:
        """Return unit -> cause of all that are left out, now or at a moment."""
        still: sa.ColumnElement[bool] = EXCLUSIONS.c.ended.is_(None)
        query = matching(EXCLUSIONS, stage=stage, characteristic=characteristic)
        if at is not None:
            still |= EXCLUSIONS.c.ended > at
            query = query.where(EXCLUSIONS.c.at <= at)
        found = self._all(newest(query.where(still), EXCLUSIONS, None), Exclusion)
        return {exclusion.unit_id: exclusion.cause for exclusion in found}

    def history(self, stage: str, characteristic: str | None = None) -> Found:
        """Return all that were ever left out, oldest first."""
        return self._all(newest(matching(EXCLUSIONS, stage=stage, characteristic=characteristic), EXCLUSIONS, None),
                         Exclusion)  # fmt: skip


def _open(connection: Connection, stage: str, characteristic: str, unit_id: str) -> int | None:
    wanted = matching(EXCLUSIONS, stage=stage, characteristic=characteristic, unit_id=unit_id)
    query = wanted.where(EXCLUSIONS.c.ended.is_(None)).with_only_columns(EXCLUSIONS.c.id)
    return connection.execute(query).scalar_one_or_none()
