"""Explanations: why the model said what it said of the units that matter; the newest of each unit."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from qc_app.records import Explanation
from qc_app.store.journal.base.columns import METADATA, moment, numbers, text
from qc_app.store.journal.base.room import Room, matching, values

EXPLANATIONS = sa.Table(
    "explanations",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("characteristic", sa.Text(), primary_key=True),
    sa.Column("unit_id", sa.Text(), primary_key=True),
    text("model_id"),
    moment("t_event"),
    moment("at"),
    text("why"),
    numbers("content"),
)
KEPT = 40
_KEY = ("stage", "characteristic", "unit_id")
Found = list[Explanation]


class Explanations(Room):
    """One row a unit and characteristic, overwritten; of each stage and characteristic the last made are kept."""

    def put(self, explanations: Iterable[Explanation], keep: int = KEPT) -> None:
        """Store explanations, and let go of the oldest ones of the same stages and characteristics."""
        rows = [values(one) for one in explanations]
        if not rows:
            return
        insert = self._database.insert(EXPLANATIONS)
        newer = {c.name: insert.excluded[c.name] for c in EXPLANATIONS.c if c.name not in _KEY}
        with self._database.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=newer), rows)
            for stage, characteristic in {(row["stage"], row["characteristic"]) for row in rows}:
                mine = matching(EXPLANATIONS, stage=stage, characteristic=characteristic)
                newest = mine.order_by(EXPLANATIONS.c.at.desc(), EXPLANATIONS.c.t_event.desc()).limit(keep)
                kept = newest.with_only_columns(EXPLANATIONS.c.unit_id).scalar_subquery()
                old = (EXPLANATIONS.c.stage == stage, EXPLANATIONS.c.characteristic == characteristic)
                connection.execute(EXPLANATIONS.delete().where(*old, EXPLANATIONS.c.unit_id.not_in(kept)))

    def get(self, stage: str, characteristic: str, unit_id: str) -> Explanation | None:
        """Return the explanation of a unit, None if there is none."""
        query = matching(EXPLANATIONS, stage=stage, characteristic=characteristic, unit_id=unit_id)
        return self._first(query, Explanation)

    def list(self, stage: str, characteristic: str) -> Found:
        """Return the explanations of a stage and characteristic by the units' event time, oldest first."""
        mine = matching(EXPLANATIONS, stage=stage, characteristic=characteristic)
        return self._all(mine.order_by(EXPLANATIONS.c.t_event, EXPLANATIONS.c.unit_id), Explanation)
