"""The queue: which units were proposed for measurement, when, why, and whether by lot; nothing is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from qc_app.records import LabelPlan, Queued
from qc_app.store.journal.base.columns import METADATA, flag, identity, moment, numbers, real, text, whole
from qc_app.store.journal.base.room import Room, matching, values

QUEUE = sa.Table(
    "label_queue",
    METADATA,
    identity(),
    text("stage"),
    text("characteristic"),
    text("unit_id"),
    moment("t_event"),
    moment("chosen"),
    whole("place"),
    flag("by_lot"),
    real("share"),
    text("why"),
    moment("due"),
    moment("withdrawn", optional=True),
)
sa.Index("ix_label_queue_stage", QUEUE.c.stage, QUEUE.c.characteristic, QUEUE.c.withdrawn)
PLANS = sa.Table(
    "label_plans",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("characteristic", sa.Text(), primary_key=True),
    moment("at"),
    text("sentence"),
    numbers("values"),
)
_RENEWED = ("place", "share", "why", "due")
Found = list[Queued]


class Queue(Room):
    """Units proposed for measurement, of all stages."""

    def replace(self, stage: str, characteristic: str, entries: Sequence[Queued], at: datetime) -> None:
        """Let `entries` be the queue from `at` on, in one transaction; the same again changes nothing.

        A unit that stays keeps its first moment and gets its new place and reason; one that is drawn by lot now and
        was chosen before (or the other way round) is a new entry. Entries that are not among the new ones are
        withdrawn.
        """
        mine = (QUEUE.c.stage == stage, QUEUE.c.characteristic == characteristic, QUEUE.c.withdrawn.is_(None))
        with self._database.write() as connection:
            rows = connection.execute(sa.select(QUEUE).where(*mine)).mappings().all()
            there = {(row["unit_id"], row["by_lot"]): row["id"] for row in rows}
            new = {(one.unit_id, one.by_lot): one for one in entries}
            for key, number in there.items():
                found = {"withdrawn": at} if key not in new else {n: getattr(new[key], n) for n in _RENEWED}
                connection.execute(QUEUE.update().where(QUEUE.c.id == number).values(found))
            fresh = [values(replace(one, chosen=at)) for key, one in new.items() if key not in there]
            if fresh:
                connection.execute(QUEUE.insert(), fresh)

    def open(self, stage: str, characteristic: str) -> Found:
        """Return the queue as it is, the first to measure first."""
        query = matching(QUEUE, stage=stage, characteristic=characteristic).where(QUEUE.c.withdrawn.is_(None))
        return self._all(query.order_by(QUEUE.c.place, QUEUE.c.id), Queued)

    def history(self, stage: str, characteristic: str, at: datetime | None = None) -> Found:
        """Return every entry there ever was (by `at`, if given), oldest first."""
        test = [QUEUE.c.chosen <= at] if at is not None else []
        query = matching(QUEUE, stage=stage, characteristic=characteristic).where(*test)
        return self._all(query.order_by(QUEUE.c.id), Queued)

    def plan(self, found: LabelPlan) -> None:
        """Store what more labels would bring; the newest counts."""
        insert = self._database.insert(PLANS)
        newer = {name: insert.excluded[name] for name in ("at", "sentence", "values")}
        with self._database.write() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["stage", "characteristic"], set_=newer), values(found)
            )

    def planned(self, stage: str, characteristic: str) -> LabelPlan | None:
        """Return what more labels would bring, None if nothing was ever said."""
        return self._first(matching(PLANS, stage=stage, characteristic=characteristic), LabelPlan)
