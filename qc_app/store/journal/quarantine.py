"""Quarantine: what could not be stored, raw and with its reason, until someone decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.records import Quarantined
from qc_app.store.journal.base.columns import METADATA, identity, moment, text, whole
from qc_app.store.journal.base.room import Room, matching, newest, values

QUARANTINE = sa.Table(
    "quarantine",
    METADATA,
    identity(),
    sa.Column("key", sa.Text(), nullable=False, unique=True),
    text("source"),
    text("stage"),
    text("origin"),
    whole("offset"),
    text("raw"),
    text("reason"),
    text("message"),
    moment("first_seen"),
    moment("last_seen"),
    whole("count"),
    text("state"),
)
sa.Index("ix_quarantine_state", QUARANTINE.c.state, QUARANTINE.c.source)
State = Literal["held", "replayed", "dismissed"]
Found = list[Quarantined]
_CHUNK = 500


class Quarantine(Room):
    """Rejected pieces of deliveries."""

    def hold(self, rejects: Iterable[Quarantined]) -> int:
        """Keep pieces and return how many were not there before.

        A piece that comes again (same source, origin, offset, content and reason) is counted, not kept twice; one
        that was replayed and is rejected again is held again, a dismissed one stays dismissed.
        """
        rows = [values(piece) | {"key": _key(piece)} for piece in rejects]
        with self._database.write() as connection:
            new = 0
            for start in range(0, len(rows), _CHUNK):
                new += self._hold(connection, rows[start : start + _CHUNK])
        return new

    def list(self, source: str | None = None, state: State | None = "held", last: int | None = None) -> Found:
        """Return pieces, oldest first; with `last` only the newest so many."""
        return self._all(newest(matching(QUARANTINE, source=source, state=state), QUARANTINE, last), Quarantined)

    def mark(self, ids: Sequence[int], state: State, at: datetime) -> int:
        """Set the state of pieces and return how many were changed."""
        with self._database.write() as connection:
            change = QUARANTINE.update().values(state=state, last_seen=at)
            parts = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
            return sum(int(connection.execute(change.where(QUARANTINE.c.id.in_(part))).rowcount) for part in parts)

    def counts(self) -> dict[str, int]:
        """Return how many pieces are held, by source."""
        held = sa.select(QUARANTINE.c.source, sa.func.count()).where(QUARANTINE.c.state == "held")
        with self._database.read() as connection:
            return {source: int(n) for source, n in connection.execute(held.group_by(QUARANTINE.c.source))}

    def times(self, source: str) -> int:
        """Return how often pieces of a source were held, whatever became of them since."""
        query = sa.select(sa.func.coalesce(sa.func.sum(QUARANTINE.c.count), 0)).where(QUARANTINE.c.source == source)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _hold(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
        keys = {row["key"] for row in rows}
        there = sa.select(sa.func.count()).where(QUARANTINE.c.key.in_(keys))
        before = int(connection.execute(there).scalar_one())
        insert = self._database.insert(QUARANTINE)
        again = {
            "count": QUARANTINE.c.count + insert.excluded.count,
            "last_seen": insert.excluded.last_seen,
            "state": sa.case((QUARANTINE.c.state == "replayed", "held"), else_=QUARANTINE.c.state),
        }
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=again), list(rows))
        return len(keys) - before


def _key(piece: Quarantined) -> str:
    parts = (piece.source, piece.origin, str(piece.offset), piece.raw, piece.reason)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()
