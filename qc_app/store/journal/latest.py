"""The newest numbers of each stage and characteristic: the one small table that an overview reads."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from qc_app.records import Latest
from qc_app.store.journal.base.columns import METADATA, moment, numbers
from qc_app.store.journal.base.room import Room, matching, values

LATEST = sa.Table(
    "latest",
    METADATA,
    sa.Column("stage", sa.Text(), primary_key=True),
    sa.Column("characteristic", sa.Text(), primary_key=True),
    moment("at"),
    numbers("values"),
)
Found = list[Latest]


class LatestValues(Room):
    """One row a stage and characteristic, overwritten."""

    def put(self, latest: Iterable[Latest]) -> None:
        """Store the newest numbers of some stages."""
        rows = [values(one) for one in latest]
        insert = self._database.insert(LATEST)
        newer = {"at": insert.excluded.at, "values": insert.excluded["values"]}
        upsert = insert.on_conflict_do_update(index_elements=["stage", "characteristic"], set_=newer)
        if rows:
            with self._database.write() as connection:
                connection.execute(upsert, rows)

    def all(self) -> Found:
        """Return the newest numbers of every stage, in order of stage and characteristic."""
        return self._all(sa.select(LATEST).order_by(LATEST.c.stage, LATEST.c.characteristic), Latest)

    def get(self, stage: str) -> Found:
        """Return the newest numbers of one stage, one entry a characteristic."""
        return self._all(matching(LATEST, stage=stage).order_by(LATEST.c.characteristic), Latest)
